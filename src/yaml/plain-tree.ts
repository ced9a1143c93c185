import { ForgeError } from "../api/index.ts";
import { limits } from "./limits.ts";

/** What is left of a limit, such as `limits.expandedSize`; one budget serves a whole rendering. */
export interface ExpansionBudget {
  left: number;
}

/**
 * A copy of a parsed document in which every alias is written out, so that nothing is shared.
 * Throws InvalidManifest for what JSON cannot hold exactly, naming the field after `place`.
 */
export function plainTree(value: unknown, place: string, budget: ExpansionBudget): unknown {
  return copy(value, { place, budget, path: [] });
}

/** Some readers fail at it, others put U+FFFD in its place. */
const notUnicode = "holds half of a surrogate pair";

interface Walk {
  readonly place: string;
  readonly budget: ExpansionBudget;
  readonly path: (string | number)[];
}

function copy(value: unknown, walk: Walk): unknown {
  const indentation = limits.indentation * walk.path.length;
  walk.budget.left -= limits.expandedNode + indentation;
  if (typeof value === "string") walk.budget.left -= value.length + indentation * lineEnds(value);
  if (walk.budget.left < 0) throw refuse(walk, "grows too large once its aliases are written out");
  if (walk.path.length > limits.depth) throw refuse(walk, "is nested too deep, or contains itself");
  if (Array.isArray(value)) return value.map((item, index) => copyAt(index, item, walk));
  if (typeof value === "string" && !value.isWellFormed()) throw refuse(walk, notUnicode);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw refuse(walk, "is not a number that JSON knows");
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw refuse(walk, "is a number beyond ±2^53 and would lose digits: put it in quotes");
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      walk.budget.left -= key.length;
      if (!key.isWellFormed()) throw refuse(walk, `has a key that ${notUnicode}`);
      return [key, copyAt(key, item, walk)];
    }),
  );
}

function copyAt(key: string | number, value: unknown, walk: Walk): unknown {
  walk.path.push(key);
  const copied = copy(value, walk);
  walk.path.pop();
  return copied;
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function refuse(walk: Walk, why: string): ForgeError {
  const field = walk.path
    .slice(0, 12)
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part.slice(0, 80)}`))
    .join("");
  return new ForgeError("InvalidManifest", `${walk.place}: ${field || "the document"} ${why}`);
}
