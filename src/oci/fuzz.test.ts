/** Parsers of what strangers send, on a corpus and on its mutations. */
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ErrorCode, ForgeError } from "../api/index.ts";
import { parseChallenges } from "./auth/challenge.ts";
import { readTar, writeTar } from "./image/tar.ts";
import { formatReference, parseReference } from "./reference.ts";
import { corpus, mutate } from "./testing/corpus.ts";

const runs = { numRuns: 2_000 };

function mutationsOf(seeds: readonly string[], pieces: string): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(
        fc.tuple(
          fc.nat(200),
          fc.nat(3),
          fc.string({ unit: fc.constantFrom(...pieces), maxLength: 3 }),
        ),
        { maxLength: 4 },
      ),
    )
    .map(([seed, changes]) =>
      changes.reduce((text, [at, length, piece]) => mutate(text, at, length, piece), seed),
    );
}

/** undefined for the one error that is expected; any other is thrown. */
function tried<Result>(parse: () => Result, code: ErrorCode): Result | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ForgeError && error.code === code) return undefined;
    throw error;
  }
}

describe("references", () => {
  /** Whether it is InvalidReference, or means one place in a URL and formats to itself. */
  function isSafe(text: string): boolean {
    const reference = tried(() => parseReference(text), "InvalidReference");
    if (reference === undefined) return true;
    const { host, path, tag, digest } = reference;
    const place = `/v2/${path}/manifests/${digest ?? tag ?? ""}`;
    const url = new URL(`https://${host}${place}`);
    return (
      url.href.endsWith(place) &&
      url.username === "" &&
      isDeepStrictEqual(parseReference(formatReference(reference)), reference)
    );
  }

  test.each(corpus("references").map((text) => [text]))("%s", (text) => {
    expect(isSafe(text)).toBe(true);
  });

  test("mutations", () => {
    const texts = mutationsOf(corpus("references"), "aA0.:/@_-[]%?# \u00e9");
    expect(fc.check(fc.property(texts, isSafe), runs).counterexample).toBeNull();
  });
});

describe("challenges", () => {
  function isSafe(header: string): boolean {
    return parseChallenges(header).every(
      ({ scheme, parameters }) =>
        /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(scheme) &&
        [...parameters.keys()].every((name) => name === name.toLowerCase()),
    );
  }

  test.each(corpus("challenges").map((text) => [text]))("%s", (header) => {
    expect(isSafe(header)).toBe(true);
  });

  test("mutations", () => {
    const headers = mutationsOf(corpus("challenges"), 'aB=,"\\ \t;');
    expect(fc.check(fc.property(headers, isSafe), runs).counterexample).toBeNull();
  });

  test("a header of any length ends soon: no piece is read twice", () => {
    const long = 'Bearer realm="a\\'.repeat(20_000);
    expect(parseChallenges(long).length).toBeLessThan(1_000);
  });
});

describe("tar archives", () => {
  const archive = Buffer.from(
    writeTar([
      { name: "001-a.yaml", content: Buffer.from("one") },
      { name: "002-b.yaml", content: Buffer.alloc(700, "x") },
    ]),
  );

  /** Whether it is ImageInvalid, or files with flat names of their own. */
  function isSafe(bytes: Uint8Array): boolean {
    const names = tried(() => readTar(bytes), "ImageInvalid")?.map(({ name }) => name) ?? [];
    const isFlat = names.every((name) => /^[a-z0-9][a-z0-9._-]*$/.test(name));
    return isFlat && new Set(names).size === names.length;
  }

  const change = fc.tuple(fc.nat(archive.byteLength - 1), fc.nat(255));

  test.each([[true], [false]])("mutations, their checksums made right: %j", (isRepaired) => {
    const property = fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(archive);
      for (const [at, value] of changes) bytes[at] = value;
      if (isRepaired) for (const start of [0, 1024]) repair(bytes.subarray(start, start + 512));
      return isSafe(bytes);
    });
    expect(fc.check(property, runs).counterexample).toBeNull();
  });

  test("pieces, in any order", () => {
    const blocks = Array.from({ length: archive.byteLength / 512 }, (_none, index) =>
      archive.subarray(index * 512, (index + 1) * 512),
    );
    const pieces = fc.array(fc.constantFrom(...blocks), { maxLength: 10 });
    const property = fc.property(pieces, (chosen) => isSafe(Buffer.concat(chosen)));
    expect(fc.check(property, runs).counterexample).toBeNull();
  });

  function repair(header: Buffer): void {
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  }
});
