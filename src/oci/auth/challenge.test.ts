import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseChallenges } from "./challenge.ts";

function parsed(header: string): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
}

test.each([
  ["Basic", [["basic", {}]]],
  ['Basic realm="a b"', [["basic", { realm: "a b" }]]],
  [
    'Bearer realm="https://x/token",service="s",scope="repository:a/b:pull,push"',
    [["bearer", { realm: "https://x/token", service: "s", scope: "repository:a/b:pull,push" }]],
  ],
  [
    'Basic realm="a", Bearer realm=b , service="c"',
    [
      ["basic", { realm: "a" }],
      ["bearer", { realm: "b", service: "c" }],
    ],
  ],
  [
    'Negotiate, Basic realm="a"',
    [
      ["negotiate", {}],
      ["basic", { realm: "a" }],
    ],
  ],
  ['BEARER Realm = "say \\"hi\\""', [["bearer", { realm: 'say "hi"' }]]],
  ["", []],
  ['"', []],
])("%s", (header, challenges) => {
  expect(parsed(header)).toEqual(challenges);
});

test("any text ends", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab=", \\') }), (header) => {
      expect(Array.isArray(parsed(header))).toBe(true);
    }),
  );
});
