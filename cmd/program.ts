/** How a program begins and ends. */
import { ForgeError, messageOf } from "../src/api/index.ts";

/** Aborted by the first SIGTERM or SIGINT; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/** Runs a program with its arguments. What it throws becomes one line on stderr and exit code 1. */
export async function runProgram(
  name: string,
  main: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    // Argo CD shows this among words of its own, and forge's report on it looks for `forge: <code>`.
    const said =
      error instanceof ForgeError
        ? `forge: ${error.code}: ${error.message}. ${error.hint}`
        : `${name}: ${messageOf(error)}`;
    process.stderr.write(`${said}\n`);
    process.exit(1);
  }
}
