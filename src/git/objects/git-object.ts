import { createHash } from "node:crypto";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

/** How a repository names its objects (git init --object-format). */
export type ObjectFormat = "sha1" | "sha256";

export interface GitObject {
  /** 40 hex digits, or 64: the hash of "<type> <length>\0" and the data. */
  readonly id: string;
  readonly type: ObjectType;
  readonly data: Uint8Array;
}

/** The object that these bytes are; its id is computed, never taken on somebody's word. */
export function gitObject(
  type: ObjectType,
  data: Uint8Array,
  format: ObjectFormat = "sha1",
): GitObject {
  const id = createHash(format).update(`${type} ${data.length}\0`).update(data).digest("hex");
  return { id, type, data };
}

export function isObjectId(text: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** The format of the repository in which an object has this id. */
export function formatOf(id: string): ObjectFormat {
  return id.length === 64 ? "sha256" : "sha1";
}

/** Bytes of an id. */
export function idLength(format: ObjectFormat): number {
  return format === "sha256" ? 32 : 20;
}
