// What a person is asked. Loaded when somebody is: most runs ask nothing.
import { stderr, stdin } from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

export async function ask(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    return await lines.question(question, { signal });
  } finally {
    lines.close();
  }
}

/** What is typed goes nowhere. */
export async function askSecret(question: string, signal: AbortSignal): Promise<string> {
  stderr.write(question);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output, terminal: true });
  try {
    return await lines.question("", { signal });
  } finally {
    lines.close();
    stderr.write("\n");
  }
}
