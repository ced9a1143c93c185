import { describe, expect, test } from "vitest";
import type { Terminal } from "./ports.ts";
import { runCommandLine } from "./run.ts";

/** Runs a command line that neither reads nor asks; `program` is what it was called by. */
async function said(program: string, ...args: readonly string[]) {
  const written = { stdout: "", stderr: "" };
  const into = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
      return true;
    },
  });
  const never = () => Promise.reject(new Error("nothing is asked or read"));
  const terminal = {
    program,
    version: "1.2.3",
    env: {},
    stdout: into("stdout"),
    stderr: into("stderr"),
    canAsk: false,
    ask: never,
    askSecret: never,
    readFile: never,
    signal: new AbortController().signal,
    now: () => new Date(0),
  } as unknown as Terminal;
  return { code: await runCommandLine(args, terminal), ...written };
}

describe("the version", () => {
  test.each([
    { args: ["version"], because: "kubectl has it as a verb" },
    { args: ["--version"], because: "most commands have it as a flag" },
    { args: ["-v"], because: "no verb has another -v" },
  ])("is printed for $args: $because", async ({ args }) => {
    expect(await said("forge", ...args)).toEqual({ code: 0, stdout: "forge 1.2.3\n", stderr: "" });
    expect(await said("kubectl forge", ...args)).toMatchObject({ stdout: "forge 1.2.3\n" });
  });

  test("stands in the help", async () => {
    const { code, stdout } = await said("forge", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("-v, --version");
  });
});
