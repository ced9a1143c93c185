/**
 * Looks through a tar archive as it streams by, and keeps what was asked for. It may be of a whole
 * repository, with links, long names and anything else that git holds: nothing of it is written
 * anywhere, and no more than the wanted files stays in memory.
 */
import { posix } from "node:path";
import { ForgeError } from "../../api/index.ts";
import { invalid } from "../application-folder.ts";
import { limits } from "../limits.ts";
import { blockBytes, extendedValue, field, readHeader, type TarHeader } from "./tar-headers.ts";

/** Writers fill their last record up with zeros; GNU tar's has 10 KiB. */
const maxBytesBehindEnd = 1024 * 1024;

/** Names are short; whoever sends more has something else in mind. */
const maxNameBytes = 64 * 1024;

interface Body {
  readonly kept: Buffer[] | undefined;
  readonly header: TarHeader;
  readonly path: string;
  left: number;
  padding: number;
}

export class TarScanner {
  readonly #folder: string;
  readonly #wanted: ReadonlyMap<string, number>;
  readonly files = new Map<string, Buffer>();
  /** Of everything directly in the folder. */
  readonly names = new Set<string>();
  #buffered: Buffer = Buffer.alloc(0);
  #body: Body | undefined;
  #longName: string | undefined;
  #inflated = 0;
  #entries = 0;
  #nameLength = 0;
  #ended = false;
  #behindEnd = 0;

  /**
   * @param folder that the wanted files are in, without a slash at its end; "" for the root
   * @param wanted names of files in it, and how many bytes each may have
   */
  constructor(folder: string, wanted: ReadonlyMap<string, number>) {
    this.#folder = folder;
    this.#wanted = wanted;
  }

  /** @throws ForgeError ApplicationInvalid, SourceTooLarge */
  push(chunk: Buffer): void {
    this.#inflated += chunk.byteLength;
    if (this.#inflated > limits.archive.inflatedBytes) {
      throw tooLarge(`inflates to more than ${limits.archive.inflatedBytes} bytes`);
    }
    let rest = this.#buffered.byteLength === 0 ? chunk : Buffer.concat([this.#buffered, chunk]);
    this.#buffered = Buffer.alloc(0);
    if (this.#ended) this.#behindEnd += chunk.byteLength;
    if (this.#behindEnd > maxBytesBehindEnd) throw tooLarge("goes on behind its end");
    while (rest.byteLength > 0 && !this.#ended) {
      if (this.#body !== undefined) {
        rest = this.#fill(this.#body, rest);
      } else if (rest.byteLength < blockBytes) {
        this.#buffered = Buffer.from(rest);
        return;
      } else {
        this.#begin(rest.subarray(0, blockBytes));
        rest = rest.subarray(blockBytes);
      }
    }
  }

  /** @throws ForgeError ApplicationInvalid when the archive was cut off */
  end(): void {
    if (this.#body !== undefined || this.#buffered.byteLength > 0 || !this.#ended) {
      throw invalid("the archive from Argo CD is cut off");
    }
  }

  #begin(block: Buffer): void {
    if (block.every((byte) => byte === 0)) {
      this.#ended = true;
      return;
    }
    this.#entries += 1;
    if (this.#entries > limits.archive.entries) {
      throw tooLarge(`has more than ${limits.archive.entries} entries`);
    }
    const header = readHeader(block);
    const isName = header.type === "long-name" || header.type === "extended";
    const path = posix.join("/", this.#longName ?? header.name).slice(1);
    if (!isName) this.#longName = undefined;
    if (isName && header.size > maxNameBytes) {
      throw invalid("the archive from Argo CD has a name that is too long");
    }
    const kept = isName || this.#isWanted(path, header) ? [] : undefined;
    const padding = (blockBytes - (header.size % blockBytes)) % blockBytes;
    this.#body = { header, path, kept, left: header.size, padding };
    if (header.size === 0) this.#finish(this.#body);
  }

  #isWanted(path: string, { type, size }: TarHeader): boolean {
    const slash = path.lastIndexOf("/");
    if (path === "" || path.slice(0, Math.max(0, slash)) !== this.#folder) return false;
    const name = path.slice(slash + 1);
    if (type !== "folder") this.#note(name);
    const limit = this.#wanted.get(name);
    if (limit === undefined) return false;
    if (type !== "file") throw invalid(`${name} is no regular file`);
    if (this.files.has(name)) throw invalid(`${name} is in the archive twice`);
    if (size > limit) throw invalid(`${name} has more than ${limit} bytes`);
    return true;
  }

  /** Names are kept until the end: a bomb of them inflates to a gigabyte. */
  #note(name: string): void {
    this.names.add(name);
    this.#nameLength += name.length;
    if (this.#nameLength > limits.archive.nameLength) {
      throw tooLarge(
        `has names of more than ${limits.archive.nameLength} characters in one folder`,
      );
    }
  }

  /** What is left of the chunk behind this body. */
  #fill(body: Body, chunk: Buffer): Buffer {
    const content = chunk.subarray(0, body.left);
    // A copy, since the chunk's memory is used again.
    if (content.byteLength > 0) body.kept?.push(Buffer.from(content));
    body.left -= content.byteLength;
    const behind = chunk.subarray(content.byteLength);
    const skipped = Math.min(body.padding, behind.byteLength);
    if (body.left === 0) body.padding -= skipped;
    if (body.left === 0 && body.padding === 0) this.#finish(body);
    return body.left === 0 ? behind.subarray(skipped) : behind;
  }

  #finish({ header, path, kept }: Body): void {
    this.#body = undefined;
    if (kept === undefined) return;
    const content = Buffer.concat(kept);
    if (header.type === "long-name") this.#longName = field(content, 0, content.byteLength);
    else if (header.type === "extended") {
      this.#longName = extendedValue(content, "path") ?? this.#longName;
    } else this.files.set(path.slice(path.lastIndexOf("/") + 1), content);
  }
}

function tooLarge(what: string): ForgeError {
  return new ForgeError("SourceTooLarge", `the archive from Argo CD ${what}`, {
    hint: "Annotate the Application with argocd.argoproj.io/manifest-generate-paths: . so that Argo CD sends its folder alone.",
  });
}
