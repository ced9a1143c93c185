import { gzipSync } from "node:zlib";
import { padded, tarHeader } from "../../archive/index.ts";

/** Of all parts before they are compressed. */
const maximumBytes = 64 * 1_024 * 1_024;

/** Leaves room for the folder's name in a header of tar. */
const nameBytes = 64;

/** A part that is not there, or not whole, and why. */
export interface Omission {
  readonly what: string;
  readonly why: string;
}

/** The parts of a bundle, bounded, and a list of what is missing from them. */
export class Archive {
  readonly #parts: (readonly [name: string, content: Buffer])[] = [];
  readonly #omissions: Omission[] = [];
  #bytes = 0;

  get omissions(): readonly Omission[] {
    return this.#omissions;
  }

  /** @param name with slashes for folders */
  add(name: string, text: string): void {
    const content = Buffer.from(text);
    if (Buffer.byteLength(name) > nameBytes) return this.omit(name, "its name is too long");
    const room = maximumBytes - this.#bytes;
    if (content.length > room) {
      this.omit(name, `the bundle would be over ${maximumBytes} bytes`);
      return;
    }
    this.#bytes += content.length;
    this.#parts.push([name, content]);
  }

  omit(what: string, why: string): void {
    this.#omissions.push({ what, why });
  }

  /** As .tar.gz, every part below one folder. */
  pack(folder: string): Buffer {
    const blocks = this.#parts.flatMap(([name, content]) => {
      const padding = Buffer.alloc(padded(content.length) - content.length);
      const header = tarHeader({ name: `${folder}/${name}`, size: content.length, mode: 0o600 });
      return [header, content, padding];
    });
    return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1_024)]));
  }
}
