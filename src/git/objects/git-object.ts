import { createHash } from "node:crypto";

export type ObjectType = "commit" | "tree" | "blob" | "tag";

export interface GitObject {
  /** 40 hex digits: the SHA-1 of "<type> <length>\0" and the data. */
  readonly id: string;
  readonly type: ObjectType;
  readonly data: Uint8Array;
}

/** The object that these bytes are; its id is computed, never taken on somebody's word. */
export function gitObject(type: ObjectType, data: Uint8Array): GitObject {
  const id = createHash("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex");
  return { id, type, data };
}

export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}
