import { describe, expect, test } from "vitest";
import { helpText, readConfig } from "./config.ts";

const registry = "--registry=registry.example.com/releases";
const read = (...args: readonly string[]) => readConfig([registry, ...args], {});

describe("timing of leader election", () => {
  test("is that of Kubernetes unless given", () => {
    expect(read("--leader-elect")).toMatchObject({
      leaderElection: { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 },
    });
    const given = ["--lease-duration=1m", "--renew-deadline=1.5s", "--retry-period=500ms"];
    expect(read("--leader-elect", ...given)).toMatchObject({
      leaderElection: { durationMs: 60_000, renewDeadlineMs: 1_500, retryMs: 500 },
    });
  });

  test.each([
    {
      because: "a number alone has no unit",
      args: ["--retry-period=2"],
      said: "--retry-period: 2",
    },
    {
      because: "nothing is too short",
      args: ["--lease-duration=0s"],
      said: "--lease-duration: 0s",
    },
    {
      because: "a leader must stop before others begin",
      args: ["--renew-deadline=15s"],
      said: "--renew-deadline must be shorter than --lease-duration",
    },
    {
      because: "a renewal needs a second try",
      args: ["--retry-period=5s"],
      said: "--retry-period must be shorter than half of --renew-deadline",
    },
  ])("is refused when $because", ({ args, said }) => {
    expect(() => read(...args)).toThrow(said);
  });
});

describe("the shard", () => {
  test("is the default one unless named", () => {
    expect(read()).toMatchObject({ shard: undefined });
    expect(read("--shard=team-a")).toMatchObject({ shard: "team-a" });
    expect(readConfig([registry], { FORGE_SHARD: "b" })).toMatchObject({ shard: "b" });
  });

  test.each(["Team", "a_b", "-a", "a".repeat(64), "a.b"])("%s is no name of one", (name) => {
    expect(() => read(`--shard=${name}`)).toThrow("no DNS label");
  });
});

test("every flag stands in the help", () => {
  const flags = ["lease-duration", "renew-deadline", "retry-period", "shard"];
  for (const flag of flags) expect(helpText()).toContain(`--${flag} `);
});
