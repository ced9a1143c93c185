import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startCue } from "./evaluator.ts";
import { cueExport, inWordsOfCue } from "./reference.ts";

const corpus = join(import.meta.dirname, "corpus");
const files = readdirSync(corpus).filter((name) => name.endsWith(".cue"));
const folder = mkdtempSync(join(tmpdir(), "forge-cue-"));
const cue = startCue();
const signal = AbortSignal.timeout(600_000);

afterAll(async () => {
  await cue.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the corpus covers the language", () => {
  expect(files.length).toBeGreaterThanOrEqual(100);
});

describe("a package says what `cue export` says of it", () => {
  test.each(files)("%s", async (name) => {
    const source = { [name]: readFileSync(join(corpus, name), "utf8") };
    const reference = await cueExport(join(folder, basename(name, ".cue")), source);
    const answer = await cue.evaluate({ files: source, folder: "", maxBytes: 1_000_000 }, signal);
    expect(inWordsOfCue(answer)).toEqual(reference);
  });
});
