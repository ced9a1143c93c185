import { load } from "js-yaml";
import { limits } from "./limits.ts";

/**
 * Reads one YAML document of the core schema. forge quotes every string that another schema would
 * read as something else, and writes no aliases.
 * @throws Error that says what is wrong
 */
export function readDocument(text: string): unknown {
  return load(text, { maxDepth: limits.yamlDepth, maxAliases: 0 });
}

/** The first line of why something could not be read. */
export function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return (message.split("\n", 1)[0] ?? "").slice(0, 300);
}
