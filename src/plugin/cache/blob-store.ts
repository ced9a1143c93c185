/**
 * Blobs on disk under their digests, least recently used first out.
 *
 * The disk is not trusted: a blob counts only when it still has its digest, and what has not is
 * thrown away. Several processes may use one folder: a blob is written aside and renamed into
 * place. No failure of the disk ever reaches a request, which can be answered without.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { hasDigest, isDigest } from "../../oci/index.ts";
import type { Logger } from "../../telemetry/index.ts";

export interface BlobStoreOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly log: Pick<Logger, "warn">;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** After a sweep this much of the limit is left. */
const keptShare = 0.8;
/** A file that was written aside and never renamed is a crashed process's. */
const abandonedMs = 10 * 60_000;

export class BlobStore {
  readonly #options: BlobStoreOptions;
  /** Known once the folder was looked through; others may add to it, so it is a lower bound. */
  #bytes: number | undefined;
  #sweeping: Promise<void> | undefined;

  constructor(options: BlobStoreOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes ?? 0;
  }

  /** undefined when the blob is not there, or is not what it should be. */
  async read(digest: string): Promise<Buffer | undefined> {
    const path = this.#path(digest);
    try {
      await using file = await open(path, "r");
      const { size } = await file.stat();
      if (size > this.#options.maxBytes) return undefined;
      const bytes = await file.readFile();
      if (hasDigest(bytes, digest)) {
        const now = new Date(this.#options.now());
        await utimes(path, now, now).catch(() => undefined);
        return bytes;
      }
      this.#options.log.warn({ digest }, "a cached blob is damaged and is thrown away");
      await unlink(path);
    } catch (error) {
      if (!isMissing(error)) this.#failed(error);
    }
    return undefined;
  }

  async write(digest: string, bytes: Uint8Array): Promise<void> {
    // One release must not drive all the others out.
    if (bytes.byteLength > this.#options.maxBytes / 4) return;
    try {
      const path = this.#path(digest);
      await mkdir(this.#options.folder, { recursive: true, mode: 0o700 });
      await this.#place(path, bytes);
      this.#bytes = (this.#bytes ?? (await this.#measure())) + bytes.byteLength;
      if (this.#bytes <= this.#options.maxBytes) return;
      this.#sweeping ??= this.#sweep().finally(() => {
        this.#sweeping = undefined;
      });
      await this.#sweeping;
    } catch (error) {
      this.#failed(error);
    }
  }

  async #place(path: string, bytes: Uint8Array): Promise<void> {
    const aside = `${path}.${randomUUID()}`;
    try {
      await using file = await open(aside, "wx", 0o600);
      await file.writeFile(bytes);
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  async #measure(): Promise<number> {
    return (await this.#list()).reduce((sum, { size }) => sum + size, 0);
  }

  async #sweep(): Promise<void> {
    const files = (await this.#list()).toSorted((a, b) => b.usedAt - a.usedAt);
    let kept = 0;
    for (const { path, size, usedAt } of files) {
      const isAside = !/[0-9a-f]{64}$/.test(path);
      const isAbandoned = isAside && this.#options.now() - usedAt > abandonedMs;
      const isOver = !isAside && kept + size > this.#options.maxBytes * keptShare;
      if (isAbandoned || isOver) await rm(path, { force: true });
      else kept += size;
    }
    this.#bytes = kept;
  }

  async #list(): Promise<{ path: string; size: number; usedAt: number }[]> {
    const found = [];
    for (const name of await readdir(this.#options.folder)) {
      const path = join(this.#options.folder, name);
      try {
        const { size, mtimeMs } = await stat(path);
        found.push({ path, size, usedAt: mtimeMs });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    }
    return found;
  }

  #path(digest: string): string {
    if (!isDigest(digest)) throw new TypeError("not a sha256 or sha512 digest");
    return join(this.#options.folder, digest.replace(":", "-"));
  }

  #failed(error: unknown): void {
    this.#options.log.warn({ error }, "the cache on disk cannot be used");
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === "ENOENT";
}
