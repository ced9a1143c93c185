import { createHash } from "node:crypto";
import { type Condition, canonicalJson } from "../../api/index.ts";
import type { Details } from "../ports.ts";

/** Part of an object of the API, which is JSON; fields that are undefined are left out. */
export function detailsOf(value: object): Details {
  return JSON.parse(JSON.stringify(value)) as Details;
}

export function conditionOf(
  status: { readonly conditions?: readonly Condition[] | undefined } | undefined,
  type: string,
): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Tells one content from another in a key; 16 hexadecimal digits. */
export function fingerprint(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);
}
