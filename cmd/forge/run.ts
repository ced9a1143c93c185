// The command with what a process gives it: its arguments, its streams and its signals.
import { basename } from "node:path";
import { stderr, stdin, stdout } from "node:process";
import { runCommandLine } from "../../src/cli/index.ts";
import { version } from "../version.ts";

const interrupted = new AbortController();
const { signal } = interrupted;
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => interrupted.abort(new DOMException(name, "AbortError")));
}
// A reader that goes away, as in `forge status | head`, wants no more, and that is no error.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

async function readAll(path: string): Promise<string> {
  if (path !== "-") return (await import("node:fs/promises")).readFile(path, "utf8");
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  program: basename(process.argv[1] ?? "").startsWith("kubectl-") ? "kubectl forge" : "forge",
  version,
  env: process.env,
  stdout,
  stderr,
  canAsk: stdin.isTTY && stderr.isTTY,
  ask: async (question) => (await import("./questions.ts")).ask(question, signal),
  askSecret: async (question) => (await import("./questions.ts")).askSecret(question, signal),
  readFile: readAll,
  signal,
  now: () => new Date(),
});
