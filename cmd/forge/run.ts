// The command with what a process gives it: its arguments, its streams and its signals.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { stderr, stdin, stdout } from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { runCommandLine } from "../../src/cli/index.ts";

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => interrupted.abort(new DOMException(name, "AbortError")));
}
// A reader that goes away, as in `forge status | head`, wants no more, and that is no error.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? 0 : 1);
});

async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question, { signal: interrupted.signal });
  } finally {
    lines.close();
  }
}

/** What is typed goes nowhere. */
async function askSecret(question: string): Promise<string> {
  stderr.write(question);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output, terminal: true });
  try {
    return await lines.question("", { signal: interrupted.signal });
  } finally {
    lines.close();
    stderr.write("\n");
  }
}

async function readAll(path: string): Promise<string> {
  if (path !== "-") return readFile(path, "utf8");
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  program: basename(process.argv[1] ?? "").startsWith("kubectl-") ? "kubectl forge" : "forge",
  version: "0.1.0",
  env: process.env,
  stdout,
  stderr,
  canAsk: stdin.isTTY && stderr.isTTY,
  ask,
  askSecret,
  readFile: readAll,
  signal: interrupted.signal,
  now: () => new Date(),
});
