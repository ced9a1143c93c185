import { describe, expect, test } from "vitest";
import { commitSubject, isCommitted, refusalOf, type Situation } from "./readiness.ts";

const ready: Situation = {
  asked: "0.2.0",
  current: "0.1.0",
  next: "0.2.0",
  isClean: true,
  head: "server: something else",
  branch: "main",
  isTagged: false,
  hasIdentity: true,
};

describe("a release", () => {
  test.each([
    { change: {}, because: "it is what the changes ask for" },
    { change: { asked: "0.3.0" }, because: "it may be larger than they ask for" },
    { change: { asked: "1.0.0" }, because: "1.0 is somebody's decision" },
    { change: { asked: "0.2.0-rc.1" }, because: "a candidate comes before what they ask for" },
    {
      change: { current: "0.2.0", next: undefined, head: commitSubject("0.2.0") },
      because: "one that stopped after its commit goes on",
    },
  ])("of $change starts: $because", ({ change }) => {
    expect(refusalOf({ ...ready, ...change })).toBeUndefined();
  });

  test.each([
    { change: { branch: "topic" }, says: "on main", because: "a release is of main" },
    { change: { isTagged: true }, says: "tag v0.2.0", because: "the last step would fail" },
    { change: { hasIdentity: false }, says: "user.name", because: "the commit would fail" },
    { change: { isClean: false }, says: "commit or stash", because: "changes would be in it" },
    { change: { asked: "0.1.0" }, says: "not greater than 0.1.0", because: "it was released" },
    { change: { asked: "0.0.9" }, says: "not greater than 0.1.0", because: "it is older" },
    { change: { asked: "0.1.1" }, says: "ask for 0.2.0", because: "a feature is no patch" },
    { change: { asked: "0.1.1-rc.1" }, says: "ask for 0.2.0", because: "nor is its candidate" },
    { change: { asked: "v0.2.0" }, says: "no version", because: "the v belongs to the tag" },
    { change: { asked: "0.2" }, says: "no version", because: "a version has three numbers" },
    { change: { next: undefined }, says: ".changeset holds no change", because: "it is empty" },
    {
      change: { current: "0.2.0", next: undefined },
      says: "not greater than 0.2.0",
      because: "the last commit is of something else",
    },
  ])("of $change is refused: $because", ({ change, says }) => {
    expect(refusalOf({ ...ready, ...change })).toContain(says);
  });

  test("goes on from its own commit alone", () => {
    const stopped = { ...ready, current: "0.2.0", head: commitSubject("0.2.0") };
    expect(isCommitted(stopped)).toBe(true);
    expect(isCommitted({ ...stopped, head: commitSubject("0.1.0") })).toBe(false);
    expect(isCommitted(ready)).toBe(false);
  });
});
