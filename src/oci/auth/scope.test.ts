import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { covers, formatScopes, mergeScopes, parseScopes } from "./scope.ts";

describe("scopes", () => {
  test.each([
    ["repository:a:pull", ["repository:a:pull"], "one"],
    ["repository:a:push,pull", ["repository:a:pull,push"], "in order"],
    ["repository:a:pull repository:b:pull", ["repository:a:pull", "repository:b:pull"], "two"],
    ["repository:a:pull repository:a:push", ["repository:a:pull,push"], "one resource twice"],
    ["repository:host:5000/a:pull", ["repository:host:5000/a:pull"], "colons in a name"],
    ["registry:catalog:*", ["registry:catalog:*"], "another type"],
    ["", [], "nothing"],
    ["pull repository: :x", [], "what is no scope"],
  ])("%j is %j: %s", (text, expected) => {
    expect(formatScopes(parseScopes(text))).toEqual(expected);
  });

  test.each([
    ["repository:a:pull,push", "repository:a:pull", true],
    ["repository:a:pull", "repository:a:pull,push", false],
    ["repository:a:*", "repository:a:delete", true],
    ["repository:a:pull", "repository:b:pull", false],
    ["", "repository:a:pull", false],
    ["repository:a:pull", "", true],
  ])("%j covers %j: %j", (granted, needed, expected) => {
    expect(covers(parseScopes(granted), parseScopes(needed))).toBe(expected);
  });

  test("what is merged covers its parts", () => {
    const scope = fc
      .tuple(
        fc.constantFrom("repository:a", "repository:b/c", "registry:catalog"),
        fc.subarray(["pull", "push", "delete"], { minLength: 1 }),
      )
      .map(([resource, actions]) => parseScopes(`${resource}:${actions.join(",")}`));
    fc.assert(
      fc.property(fc.array(scope), (parts) => {
        const merged = mergeScopes(...parts);
        expect(parts.every((part) => covers(merged, part))).toBe(true);
        expect(formatScopes(mergeScopes(merged, ...parts))).toEqual(formatScopes(merged));
      }),
    );
  });
});
