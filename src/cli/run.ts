import { CommanderError } from "commander";
import { endingOf, exitCodes } from "./exit-codes.ts";
import { plainText } from "./output/plain-text.ts";
import { stylesFor } from "./output/style.ts";
import type { Terminal } from "./ports.ts";
import { createProgram, runVerb } from "./program.ts";

/** Runs a command line; returns the exit code. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = createProgram(terminal, (verb, command) => runVerb(terminal, verb, command));
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCodes.done.code;
  } catch (error) {
    // commander has said it already; help that was asked for is no error.
    if (error instanceof CommanderError) {
      const asked = error.exitCode === 0 || error.code === "commander.helpDisplayed";
      return asked ? exitCodes.done.code : exitCodes.usage.code;
    }
    if (terminal.signal.aborted) return exitCodes.interrupted.code;
    terminal.stderr.write(errorText(error, terminal));
    return exitCodes[endingOf(error)].code;
  }
}

/** What, why, and what to type next. */
function errorText(error: unknown, { stderr, env }: Terminal): string {
  const { bad } = stylesFor(stderr, env);
  const isError = error instanceof Error;
  const { code, reason, hint } = (isError ? error : {}) as Record<string, string | undefined>;
  const name = endingOf(error) === "pending" ? "Pending" : "Error";
  const why = code ?? reason;
  const said = plainText(isError ? error.message : String(error));
  const next = hint === undefined ? "" : `Next: ${plainText(hint)}\n`;
  return `${bad(`${name}:`)} ${said}${why === undefined ? "" : ` (${why})`}\n${next}`;
}
