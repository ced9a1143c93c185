import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ForgeError, Release } from "../api/index.ts";
import { resolveRelease } from "./resolve-release.ts";

interface Given {
  readonly number: number;
  readonly commit: string;
  readonly aliases?: readonly string[];
  readonly ready?: boolean;
  readonly joined?: string;
}

function release({ number, commit, aliases = [], ready = true, joined }: Given): Release {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Release",
    metadata: {
      name: `auth-${number}`,
      namespace: "team",
      uid: String(number),
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: {
      repository: "company/monorepo",
      project: "auth",
      commit: commit.padEnd(40, "0"),
      trigger: { type: "Manual" },
      artifacts: [],
      source: { manifests: "x" },
    },
    status: {
      number,
      aliases: aliases.map((value) => ({ type: "Tag", value })),
      ...(joined && { joined }),
      image: {
        ref: "r",
        digest: `sha256:${"a".repeat(64)}`,
        size: 1,
        resourcesDigest: `sha256:${"a".repeat(64)}`,
        metadataDigest: `sha256:${"a".repeat(64)}`,
      },
      conditions: [
        {
          type: "Ready",
          status: ready ? "True" : "False",
          lastTransitionTime: "2026-01-01T00:00:00Z",
          reason: "X",
          message: "rendering",
        },
      ],
    },
  };
}

const releases = [
  release({ number: 1, commit: "abcdef1aaa" }),
  release({ number: 2, commit: "abcdef1bbb", aliases: ["v1.2.3", "auth/v1.2.3"] }),
  release({ number: 3, commit: "1234567", aliases: ["main-3"] }),
  release({ number: 4, commit: "fedcba9", ready: false, aliases: ["v2.0.0"] }),
  release({ number: 1234567, commit: "777777777" }),
  release({ number: 5, commit: "0123456", joined: "auth-3", aliases: ["v9.9.9"] }),
];

describe("resolveRelease", () => {
  test.each([
    { identifier: "v1.2.3", number: 2, because: "an alias is exact" },
    { identifier: "auth/v1.2.3", number: 2, because: "the full tag is an alias too" },
    { identifier: "main-3", number: 3, because: "a branch alias" },
    { identifier: "2", number: 2, because: "digits are a number" },
    { identifier: "abcdef1b", number: 2, because: "a unique commit prefix" },
    { identifier: "ABCDEF1B", number: 2, because: "hexadecimal digits in either case" },
    { identifier: "1234567", number: 1234567, because: "a number comes before a commit prefix" },
    { identifier: "12345670", number: 3, because: "no such number, so it is a prefix" },
  ])("$identifier is $number, because $because", ({ identifier, number }) => {
    expect(resolveRelease(identifier, releases).status?.number).toBe(number);
  });

  test.each([
    { identifier: "99", code: "ReleaseNotFound", because: "no release has the number" },
    { identifier: "abcdef", code: "ReleaseNotFound", because: "six digits are too few" },
    { identifier: "v1.2", code: "ReleaseNotFound", because: "an alias is no prefix" },
    { identifier: "0", code: "ReleaseNotFound", because: "numbers begin at 1" },
    { identifier: "v9.9.9", code: "ReleaseNotFound", because: "what joined another is not found" },
    { identifier: "v2.0.0", code: "ReleaseNotReady", because: "the release is not packaged yet" },
    { identifier: "abcdef1", code: "AmbiguousRelease", because: "two commits begin so" },
  ])("$identifier gives $code, because $because", ({ identifier, code }) => {
    expect(() => resolveRelease(identifier, releases)).toThrow(expect.objectContaining({ code }));
  });

  test("an ambiguous prefix lists the candidates", () => {
    let message = "";
    try {
      resolveRelease("abcdef1", releases);
    } catch (error) {
      message = (error as ForgeError).message;
    }
    expect(message).toBe("abcdef1 may be 1 (abcdef1aaa00), 2 (abcdef1bbb00)");
  });

  test("the full commit and the number find the same release", () => {
    const commits = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 40, maxLength: 40 }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(commits, (all) => {
        const known = all.map((commit, index) => release({ number: index + 1, commit }));
        for (const [index, commit] of all.entries()) {
          expect(resolveRelease(commit, known)).toBe(resolveRelease(String(index + 1), known));
        }
      }),
    );
  });
});
