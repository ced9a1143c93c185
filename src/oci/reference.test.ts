import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatReference,
  formatRepository,
  parseReference,
  releaseRepository,
} from "./reference.ts";

const sha256 = `sha256:${"0a".repeat(32)}`;
const sha512 = `sha512:${"0a".repeat(64)}`;

describe("references", () => {
  test.each([
    ["a.io/b", { host: "a.io", path: "b" }],
    ["docker.io/alpine:3", { host: "docker.io", path: "library/alpine", tag: "3" }],
    ["localhost/b", { host: "localhost", path: "b" }],
    ["a:5000/b/c:v1", { host: "a:5000", path: "b/c", tag: "v1" }],
    ["[::1]:5000/b:_x", { host: "[::1]:5000", path: "b", tag: "_x" }],
    [`A.io/b__c--d.e@${sha256}`, { host: "A.io", path: "b__c--d.e", digest: sha256 }],
    [`a.io/b:v1@${sha512}`, { host: "a.io", path: "b", tag: "v1", digest: sha512 }],
  ])("%s", (text, reference) => {
    expect(parseReference(text)).toEqual(reference);
  });

  test.each([
    ["", /needs a host/],
    ["alpine", /needs a host/],
    ["library/alpine", /"library" has no dot or port/],
    ["a.io/Team/app", /image names are lower case, "Team\/app" is not/],
    ["a.io/", /is no repository name/],
    ["a.io/a//b", /is no repository name/],
    ["a.io/../b", /is no repository name/],
    ["a.io/a___b", /is no repository name/],
    ["a.io/-a", /is no repository name/],
    ["a_b.io/a", /is no host/],
    ["a.io:123456/a", /is no host/],
    ["a.io:99999/a", /is no host/],
    ["0x7f.1/a", /is no host/],
    ["2130706433:80/a", /is no host/],
    ["[::1/a", /is no host/],
    ["a.io/b:", /is no tag/],
    ["a.io/b:-x", /is no tag/],
    [`a.io/b:${"x".repeat(129)}`, /is no tag/],
    ["a.io/b@sha256:0a", /the digest must be/],
    [`a.io/b@md5:${"0a".repeat(32)}`, /the digest must be/],
    [`a.io/b@${sha256.toUpperCase()}`, /the digest must be/],
    [`a.io/${"b".repeat(251)}`, /more than 255 characters/],
    ["a.io/b\n", /is no repository name/],
  ])("%j is refused", (text, message) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({
        code: "InvalidReference",
        message: expect.stringMatching(message),
      }),
    );
  });

  test("the longest name is accepted", () => {
    expect(parseReference(`a.io/${"b".repeat(250)}`).path).toHaveLength(250);
  });

  test("formatting, then parsing gives the same reference", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
    const reference = fc.record(
      {
        host: fc
          .tuple(word, fc.integer({ min: 1, max: 65_535 }))
          .map(([name, port]) => `${name}:${port}`),
        path: fc
          .array(fc.tuple(word, fc.constantFrom(".", "_", "__", "-", "---"), word), {
            minLength: 1,
            maxLength: 4,
          })
          .map((parts) => parts.map((part) => part.join("")).join("/")),
        tag: fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/),
        digest: fc.constantFrom(sha256, sha512),
      },
      { requiredKeys: ["host", "path"] },
    );
    fc.assert(
      fc.property(reference, (one) => {
        expect(parseReference(formatReference(one))).toEqual(one);
      }),
    );
  });
});

describe("the image of a project's releases", () => {
  test("is <registry>/<repository>/<project>", () => {
    const name = releaseRepository("a.io/releases/", "company/monorepo", "auth");
    expect(formatRepository(name)).toBe("a.io/releases/company/monorepo/auth");
  });

  test("has no upper case, and the error names it", () => {
    expect(() => releaseRepository("a.io", "Company/Monorepo", "auth")).toThrow(
      /image reference "a.io\/Company\/Monorepo\/auth": image names are lower case/,
    );
  });
});
