import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { defaultOf, type KindSchemas, strictCheck } from "./kind-schemas.ts";

/** The loss of one field when the kinds of the version before are installed. */
export interface Loss {
  /** Such as spec.promotionPolicy.freezes[0].cron; empty: the object itself. */
  readonly field: string;
  /**
   * - dropped: the API server leaves it out, and removes it with the next write of the object;
   * - refused: writes that set or change it fail;
   * - unserved: the version before has no such kind.
   */
  readonly effect: "dropped" | "refused" | "unserved";
  /** Why it is refused. */
  readonly message?: string;
}

/**
 * Finds what an object would lose: fields that the schema before does not have, and values that it
 * does not allow. A field that has its default comes back by itself, and is no loss.
 * Rules in CEL are not evaluated.
 */
export function lossFinder({ previous, current }: KindSchemas): (object: object) => Loss[] {
  if (previous === undefined) return () => [{ field: "", effect: "unserved" }];
  const check = strictCheck(previous);
  return (object) => {
    const { error } = check.safeParse(object);
    return (error?.issues ?? []).flatMap((issue) => lossesOf(issue, object, current));
  };
}

function lossesOf(
  issue: z.core.$ZodIssue,
  object: object,
  current: KindSchemas["current"],
): readonly Loss[] {
  if (issue.code !== "unrecognized_keys") {
    return [{ field: pathText(issue.path), effect: "refused", message: issue.message }];
  }
  return issue.keys
    .map((key) => [...issue.path, key])
    .filter((path) => !isDeepStrictEqual(valueAt(object, path), defaultOf(current, path)))
    .map((path) => ({ field: pathText(path), effect: "dropped" }));
}

function valueAt(object: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, key) => (inner as Record<PropertyKey, unknown>)[key], object);
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}
