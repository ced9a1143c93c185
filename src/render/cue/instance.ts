import { createHost } from "./wasi.ts";
import { type WasmMemory, type WasmModule, webAssembly } from "./web-assembly.ts";

interface Exports {
  readonly memory: WasmMemory;
  readonly _initialize: () => void;
  readonly alloc: (size: number) => number;
  /** Address of the answer in the upper half, its length in the lower. */
  readonly evaluate: (size: number) => bigint;
}

/** Why an instance is of no use any more. */
export class InstanceFailure extends Error {
  readonly kind: "memory" | "stack" | "fault";

  constructor(kind: InstanceFailure["kind"], message: string, cause: unknown) {
    super(message, { cause });
    this.name = "InstanceFailure";
    this.kind = kind;
  }
}

/** One instance of cue.wasm. After an {@link InstanceFailure} it must not be used again. */
export class CueInstance {
  readonly #exports: Exports;
  readonly #host: ReturnType<typeof createHost>;

  constructor(module: WasmModule) {
    this.#host = createHost(module);
    const instance = new webAssembly.Instance(module, this.#host.imports);
    this.#exports = instance.exports as unknown as Exports;
    const { memory, _initialize: initialize } = this.#exports;
    this.#host.memory = memory;
    initialize();
  }

  /** Size of its memory; it never shrinks. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** @throws InstanceFailure */
  evaluate(request: string): string {
    const bytes = new TextEncoder().encode(request);
    try {
      const start = this.#exports.alloc(bytes.length) >>> 0;
      // The buffer is another one each time that memory has grown.
      new Uint8Array(this.#exports.memory.buffer).set(bytes, start);
      const place = BigInt.asUintN(64, this.#exports.evaluate(bytes.length));
      const [address, length] = [Number(place >> 32n), Number(place & 0xffffffffn)];
      const answer = new Uint8Array(this.#exports.memory.buffer).subarray(
        address,
        address + length,
      );
      return new TextDecoder().decode(answer);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): InstanceFailure {
    const [said = ""] = this.#host.log.split("\n");
    if (error instanceof RangeError || /stack (exceeds|overflow)/.test(said)) {
      return new InstanceFailure("stack", "the evaluation nests too deep", error);
    }
    if (/out of memory|cannot allocate/.test(said)) {
      return new InstanceFailure("memory", "the evaluation takes too much memory", error);
    }
    const message = said === "" ? String(error) : said;
    return new InstanceFailure("fault", `CUE's evaluator failed: ${message.slice(0, 500)}`, error);
  }
}
