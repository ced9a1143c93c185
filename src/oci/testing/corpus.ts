import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Lines of a corpus: found in the wild, or by hand; what a fuzzer finds is added. */
export function corpus(name: "references" | "challenges"): string[] {
  const text = readFileSync(join(import.meta.dirname, "corpus", `${name}.txt`), "utf8");
  return text.split("\n").filter((line) => line !== "");
}

/** A change of a text as a fuzzer makes it: cut, doubled, or with something strange in it. */
export function mutate(text: string, at: number, length: number, piece: string): string {
  const start = at % (text.length + 1);
  return text.slice(0, start) + piece + text.slice(start + length);
}
