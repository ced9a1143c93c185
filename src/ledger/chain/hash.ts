import { createHash } from "node:crypto";
import { canonicalJson } from "../../api/index.ts";
import type { Entry } from "../ports.ts";

/** What the first entry names as the hash of the one before. */
export const genesis = "0".repeat(64);

/** SHA-256 of the canonical JSON of an entry without its hash, in hexadecimal. */
export function hashOf(entry: Omit<Entry, "hash">): string {
  return createHash("sha256").update(canonicalJson(entry)).digest("hex");
}
