/** The wire format of Protocol Buffers 3 (protobuf.dev, "Encoding"), as far as it is used here. */

const wire = { varint: 0, fixed64: 1, length: 2, fixed32: 5 } as const;

export interface FieldValue {
  bytes(): Uint8Array;
  text(): string;
  /** Below 2^53. */
  integer(): number;
}

export class ProtobufReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Every field with its number; those of unknown numbers are the caller's to pass over. */
  *fields(): Generator<readonly [number, FieldValue]> {
    while (this.#at < this.#bytes.byteLength) {
      const tag = this.#varint();
      yield [Math.floor(tag / 8), this.#value(tag % 8)];
    }
  }

  #value(type: number): FieldValue {
    switch (type) {
      case wire.varint:
        return valueOf(undefined, this.#varint());
      case wire.length:
        return valueOf(this.#take(this.#varint()), undefined);
      case wire.fixed64:
        return valueOf(this.#take(8), undefined);
      case wire.fixed32:
        return valueOf(this.#take(4), undefined);
      default:
        throw new RangeError(`a message holds wire type ${type}`);
    }
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new RangeError("a message is cut off");
      this.#at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a message holds a number of more than 64 bits");
  }

  #take(length: number): Uint8Array {
    const end = this.#at + length;
    if (end > this.#bytes.byteLength) throw new RangeError("a message is cut off");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function valueOf(bytes: Uint8Array | undefined, integer: number | undefined): FieldValue {
  const required = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new RangeError("a message holds a field of another type");
    return value;
  };
  return {
    bytes: () => required(bytes),
    text: () => Buffer.from(required(bytes)).toString("utf8"),
    integer: () => required(integer),
  };
}

/** As proto3 has it, a field with its type's zero is left out; an item of a list never is. */
export class ProtobufWriter {
  readonly #parts: Uint8Array[] = [];

  bytes(number: number, bytes: Uint8Array): this {
    this.#parts.push(varint(number * 8 + wire.length), varint(bytes.byteLength), bytes);
    return this;
  }

  text(number: number, text: string): this {
    return this.bytes(number, Buffer.from(text, "utf8"));
  }

  integer(number: number, value: number): this {
    if (value !== 0) this.#parts.push(varint(number * 8 + wire.varint), varint(value));
    return this;
  }

  boolean(number: number, value: boolean): this {
    return this.integer(number, value ? 1 : 0);
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
