import { describe, expect, test } from "vitest";
import { progressText, roundedTime, secondsLeft } from "./progress.ts";

describe("the time that a build still takes", () => {
  test.each([
    {
      because: "half of the packages took a minute",
      compiled: 500,
      total: 1_000,
      elapsedMs: 60_000,
      left: 60,
    },
    {
      because: "a tenth took ten seconds",
      compiled: 100,
      total: 1_000,
      elapsedMs: 10_000,
      left: 90,
    },
    { because: "nothing is left but linking", compiled: 40, total: 40, elapsedMs: 9_000, left: 0 },
    {
      because: "more were compiled than were known to be stale",
      compiled: 41,
      total: 40,
      elapsedMs: 9_000,
      left: 0,
    },
    {
      because: "the total is not known yet",
      compiled: 500,
      total: undefined,
      elapsedMs: 60_000,
      left: undefined,
    },
    {
      because: "the first packages say nothing of the rate",
      compiled: 19,
      total: 1_000,
      elapsedMs: 1_000,
      left: undefined,
    },
    { because: "nothing was compiled", compiled: 0, total: 0, elapsedMs: 0, left: undefined },
  ])("is $left s, because $because", ({ left, ...state }) => {
    expect(secondsLeft(state)).toBe(left);
  });

  test.each([
    { seconds: 0, text: "5 s" },
    { seconds: 3.2, text: "5 s" },
    { seconds: 41, text: "45 s" },
    { seconds: 60, text: "1 min" },
    { seconds: 84, text: "1 min 25 s" },
    { seconds: 119, text: "2 min" },
    { seconds: 121, text: "2 min 30 s" },
    { seconds: 600, text: "10 min" },
  ])("$seconds s are shown as $text", ({ seconds, text }) => {
    expect(roundedTime(seconds)).toBe(text);
  });
});

describe("the line of a build", () => {
  const state = { title: "etcd, kubectl v1.36.2", next: ["crane"] };

  test.each([
    {
      because: "the total is known",
      more: { compiled: 500, total: 2_000, elapsedMs: 30_000 },
      line: "tools: etcd, kubectl v1.36.2: 500 of 2000 packages, about 1 min 30 s left; then crane",
    },
    {
      because: "the total is not known yet",
      more: { compiled: 12, total: undefined, elapsedMs: 2_000 },
      line: "tools: etcd, kubectl v1.36.2: package 12; then crane",
    },
    {
      because: "linking is left, and no other build",
      more: { compiled: 2_000, total: 2_000, elapsedMs: 90_000, next: [] },
      line: "tools: etcd, kubectl v1.36.2: 2000 of 2000 packages, linking",
    },
  ])("says all that is known: $because", ({ more, line }) => {
    expect(progressText({ ...state, ...more })).toBe(line);
  });
});
