import { beforeEach, describe, expect, test } from "vitest";
import { indexValue, type Key } from "../../../controller/kube/index.ts";
import type { Alias, Claim, Release } from "../../api/index.ts";
import { GrantedAliases } from "./granted-aliases.ts";

const tag = { type: "Tag", tag: "v1.0.0" } as const;
const value = "v1.0.0";
const verified: Claim = { ...tag, verification: "Verified" };
const unchecked: Claim = { ...tag, verification: "NotChecked" };

function release(name: string, triggers?: Claim[], aliases?: Alias[]): Release {
  return {
    metadata: { name, uid: name, namespace: "team" },
    spec: {
      repository: "company/monorepo",
      project: "auth",
      commit: name,
      trigger: tag,
      source: { git: { url: "https://git.test/a", path: "" } },
    },
    status: { number: 1, triggers, aliases },
  } as unknown as Release;
}

const held = (name: string, claim: Claim) => release(name, [claim], [{ type: "Tag", value }]);

let stored: Release[];
let granted: GrantedAliases;
beforeEach(() => {
  stored = [];
  granted = new GrantedAliases({
    get: ({ name }: Key) => stored.find(({ metadata }) => metadata.name === name),
    byIndex: (index: string, wanted: string) =>
      stored.filter(
        ({ status }) =>
          index === "alias" &&
          status?.aliases?.some(
            (alias) => wanted === indexValue("team", "company/monorepo/auth", alias.value),
          ),
      ),
  } as unknown as ConstructorParameters<typeof GrantedAliases>[0]);
});

describe("the holder of an alias", () => {
  const candidate = release("second");

  test.each([
    { held: [], isVerified: true, holder: undefined, because: "nobody has it" },
    {
      held: [held("first", verified)],
      isVerified: true,
      holder: "first",
      because: "the holder of a verified alias keeps it",
    },
    {
      held: [held("first", unchecked)],
      isVerified: false,
      holder: "first",
      because: "of two that nobody can verify the first keeps it",
    },
    {
      held: [held("first", unchecked)],
      isVerified: true,
      holder: undefined,
      because: "one that nobody could verify keeps nothing from a verified claim",
    },
    {
      held: [held("second", verified)],
      isVerified: false,
      holder: undefined,
      because: "another Release of the same commit is no rival",
    },
  ])("$because", ({ held: objects, isVerified, holder }) => {
    stored = objects;
    expect(granted.holder(candidate, value, isVerified)).toBe(holder);
  });
});

describe("an alias that was granted", () => {
  const first = release("first");
  beforeEach(() => {
    stored = [first];
    granted.grant(first, new Map([[value, true]]));
  });

  test("is kept from others before the cache shows it", () => {
    expect(granted.holder(release("second"), value, true)).toBe("first");
  });

  test("is free again when its release did not come to be", () => {
    granted.revoke(first);
    expect(granted.holder(release("second"), value, true)).toBeUndefined();
  });

  test("is free again when its release was deleted", () => {
    stored = [];
    expect(granted.holder(release("second"), value, true)).toBeUndefined();
  });
});
