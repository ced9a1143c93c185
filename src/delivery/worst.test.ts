import { describe, expect, test } from "vitest";
import type { PointerDelivery } from "../api/index.ts";
import { healthOf, syncOf, worstOf } from "./worst.ts";

const report = (sync: string, health: string): PointerDelivery => ({
  deployment: "d-1",
  application: `${sync}/${health}`,
  sync,
  health,
});

describe("worstOf", () => {
  test.each([
    {
      of: [report("Synced", "Healthy"), report("Synced", "Degraded")],
      is: "Synced/Degraded",
      because: "one is ill",
    },
    {
      of: [report("OutOfSync", "Unknown"), report("Synced", "Degraded")],
      is: "OutOfSync/Unknown",
      because: "what lags behind may be ill too",
    },
    {
      of: [report("Synced", "Progressing"), report("Synced", "Healthy")],
      is: "Synced/Progressing",
      because: "one is not there yet",
    },
  ])("is $is, because $because", ({ of, is }) => {
    expect(worstOf(of)?.application).toBe(is);
    expect(worstOf(of.toReversed())?.application).toBe(is);
  });

  test("is nothing of none", () => expect(worstOf([])).toBeUndefined());
});

test("words that are not known are Unknown", () => {
  expect([healthOf("Glorious"), healthOf(undefined), healthOf("Missing")]).toEqual([
    "Unknown",
    "Unknown",
    "Missing",
  ]);
  expect([syncOf("Sunk"), syncOf("OutOfSync")]).toEqual(["Unknown", "OutOfSync"]);
});
