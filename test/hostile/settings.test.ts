import { describe, expect, test } from "vitest";
import { readSettings, repeatCommand, surfaceNames } from "./settings.ts";

const fresh = () => 7;

describe("readSettings", () => {
  test.each([
    {
      because: "nothing is set",
      env: {},
      settings: { seconds: 20, seed: 7, surfaces: surfaceNames },
    },
    {
      because: "make passes on variables that are empty",
      env: { FORGE_HOSTILE_SECONDS: "", FORGE_HOSTILE_SURFACE: "" },
      settings: { seconds: 20, seed: 7, surfaces: surfaceNames },
    },
    {
      because: "one surface is repeated by itself",
      env: { FORGE_HOSTILE_SECONDS: "5", FORGE_HOSTILE_SEED: "0", FORGE_HOSTILE_SURFACE: "env" },
      settings: { seconds: 5, seed: 0, surfaces: ["env"] },
    },
  ])("$because", ({ env, settings }) => {
    expect(readSettings(env, fresh)).toEqual(settings);
  });

  test.each([
    { because: "a run has an end", env: { FORGE_HOSTILE_SECONDS: "0" }, says: /from 1 to 86400/ },
    { because: "a seed is whole", env: { FORGE_HOSTILE_SEED: "1.5" }, says: /SEED is 1.5/ },
    { because: "nobody knows it", env: { FORGE_HOSTILE_SURFACE: "moon" }, says: /env, http/ },
  ])("refuses what is wrong: $because", ({ env, says }) => {
    expect(() => readSettings(env, fresh)).toThrow(says);
  });

  test("a run says how it is repeated", () => {
    const command = repeatCommand({ seconds: 600, seed: 7, surfaces: ["packs"] });
    expect(command).toBe("make test-hostile SECONDS=600 SEED=7 SURFACE=packs");
  });
});
