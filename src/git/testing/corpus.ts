import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Bytes of a corpus, in hexadecimal, one a line: what git wrote; what a fuzzer finds is added. */
export function corpus(name: "packs" | "pkt-lines" | "trees"): Buffer[] {
  const text = readFileSync(join(import.meta.dirname, "corpus", `${name}.txt`), "latin1");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => Buffer.from(line, "hex"));
}
