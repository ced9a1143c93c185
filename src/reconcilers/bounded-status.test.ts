import { describe, expect, test } from "vitest";
import {
  type Condition,
  type Readiness,
  setCondition,
  setReadiness,
} from "../../controller/index.ts";
import type { Alias, Trigger } from "../api/index.ts";
import { decisionStatus, rules } from "../policy/index.ts";
import { countsWithinBytes, limits, withinBytes } from "./bounded-status.ts";

const now = new Date(0);
const observedGeneration = 2 ** 31;
const digest = `sha256:${"f".repeat(64)}`;
const commit = "f".repeat(64);
const name = "n".repeat(253);
const number = 2 ** 31 - 1;
const version = "v".repeat(128);
const reason = "R".repeat(32);

const sizeOf = (status: object) => Buffer.byteLength(JSON.stringify(status));

/** Every condition that the controller writes, each with a message that had to be cut. */
function conditions(types: readonly string[], readiness: Readiness): readonly Condition[] {
  const message = "ä".repeat(4_000);
  const written = types.reduce<readonly Condition[]>(
    (all, type) =>
      setCondition(all, { type, status: "False", reason, message, observedGeneration }, now),
    [],
  );
  return setReadiness(written, readiness, { reason, message, observedGeneration }, now);
}

describe("a status stays below 8 kB", () => {
  test("of a release, with every field as long as it may be", () => {
    // One that joined or was replaced has no image, and is smaller.
    // Texts of four bytes a character, as the schema counts characters.
    const long = (length: number) => "🚀".repeat(length);
    const trigger: Trigger = {
      type: "Tag",
      branch: long(250),
      tag: long(250),
      actor: long(256),
      time: "2026-01-01T00:00:00.000000000+01:00",
    };
    const alias: Alias = { type: "Branch", value: "€".repeat(256) };
    const kinds = Array.from({ length: 300 }, (_, index) => [`${index}`.padEnd(63, "K"), 10_000]);
    const status = {
      observedGeneration,
      number,
      triggers: withinBytes(
        Array.from({ length: 64 }, () => trigger),
        limits.triggerBytes,
      ),
      aliases: withinBytes(
        Array.from({ length: 128 }, () => alias),
        limits.aliasBytes,
      ),
      image: {
        ref: "r".repeat(565),
        digest,
        size: 2 ** 40,
        resourcesDigest: digest,
        metadataDigest: digest,
      },
      resources: countsWithinBytes(Object.fromEntries(kinds), limits.resourceBytes),
      unexplainedImages: withinBytes(
        Array.from({ length: 32 }, () => "i".repeat(limits.imageBytes / 2)),
        limits.imageBytes,
      ),
      warnings: [
        ...withinBytes(
          Array.from({ length: 32 }, () => "w".repeat(limits.warningBytes)),
          limits.warningBytes,
        ),
        "And 10000 more.",
      ],
      retry: "r".repeat(63),
      conditions: conditions(["SourceVerified", "Rendered", "Packaged"], "stalled"),
    };
    expect(sizeOf(status)).toBeLessThan(8_192);
    expect(sizeOf(status)).toBeGreaterThan(5_000);
  });

  test("of a pointer, refused by every rule there is", () => {
    const identity = { commit, number, version, digest };
    const verdicts = rules.map((rule) => ({
      rule: rule.name,
      passed: false,
      reason,
      message: "ä".repeat(4_000),
      by: "ä".repeat(254),
      pattern: "ä".repeat(256),
      until: "2026-01-01T00:00:00.000Z",
    }));
    const target = {
      url: "u".repeat(384),
      branch: "b".repeat(200),
      path: "p".repeat(256),
      secretRef: { name },
    };
    const status = {
      observedGeneration,
      resolved: { identifier: "i".repeat(256), name, ...identity },
      deployment: { sequence: number, name: "n".repeat(147), ...identity, target },
      git: { commit, path: "p".repeat(512), deployment: "n".repeat(147) },
      deployed: identity,
      previous: identity,
      decision: decisionStatus(
        { allowed: false, rules: verdicts, approvals: [] },
        limits.decisionBytes,
      ),
      conditions: conditions(["Resolved", "Allowed", "Committed"], "stalled"),
    };
    expect(sizeOf(status)).toBeLessThan(8_192);
    expect(sizeOf(status)).toBeGreaterThan(5_000);
  });

  test.each(["Environment", "Project"])("of a %s", () => {
    const lastRelease = { name, uid: "u".repeat(64), number };
    const status = { observedGeneration, lastRelease, conditions: conditions([], "stalled") };
    expect(sizeOf(status)).toBeLessThan(8_192);
  });
});

describe("what does not fit", () => {
  test("the first item always stays, and the order does", () => {
    expect(withinBytes(["a".repeat(100), "b"], 10)).toEqual(["a".repeat(100)]);
    expect(withinBytes(["a", "b", "c"], 8)).toEqual(["a", "b"]);
    expect(withinBytes([], 8)).toEqual([]);
  });

  test("kinds that are left out are counted together", () => {
    expect(countsWithinBytes({ A: 1, B: 5, C: 2 }, 20)).toEqual({ B: 5, C: 2, Other: 1 });
    expect(countsWithinBytes({ A: 1 }, 512)).toEqual({ A: 1 });
  });
});
