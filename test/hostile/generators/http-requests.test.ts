import { describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { requestShapes } from "./http-requests.ts";

const shapes = requestShapes({ token: "t", otherToken: "u", repository: "company/a" });
const made = Object.entries(shapes).map(([name, make]) => ({ name, ...make(seededRandom(1)) }));
const textOf = (name: string) =>
  Buffer.concat(made.find((one) => one.name === name)?.pieces ?? []).toString("latin1");

describe("requestShapes", () => {
  test.each(made)("is bounded: $name", ({ pieces, pauseMs = 0, connections = 1 }) => {
    expect(connections).toBeLessThanOrEqual(300);
    expect(pieces.length * pauseMs).toBeLessThan(10_000);
    expect(Buffer.concat(pieces).length).toBeLessThan(8_000_000);
  });

  test("streams are asked for by HEAD", () => {
    const lines = textOf("HEAD on streams").match(/^HEAD \S+/gm);
    expect(new Set(lines)).toEqual(new Set(["HEAD /v1/events", "HEAD /v1/audit/export"]));
  });

  test("a body that never comes is promised", () => {
    const { pieces, answer } = made.find(({ name }) => name.includes("never come")) ?? {};
    expect(Buffer.concat(pieces ?? []).toString()).toMatch(/content-length: 1\d{3}\r\n\r\n\{$/);
    expect(answer).toBe("ignore");
  });

  test("lengths disagree", () => {
    expect(textOf("two lengths").match(/^content-length: \d+/gm)).toHaveLength(2);
    expect(textOf("a length and chunks")).toMatch(/content-length[^]*transfer-encoding/);
  });
});
