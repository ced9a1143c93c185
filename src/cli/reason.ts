import { ForgeError } from "../api/index.ts";
import type { Session } from "./session.ts";

/**
 * What --reason says; a person who left it out is asked.
 * @throws ForgeError UsageInvalid where nobody can be asked
 */
export async function reasonFor(
  { terminal, options }: Session,
  given: string | undefined,
): Promise<string> {
  const canAsk = terminal.canAsk && options.input && !terminal.env["CI"];
  const reason = (given ?? (canAsk ? await terminal.ask("Reason: ") : "")).trim();
  if (reason !== "") return reason;
  throw new ForgeError("UsageInvalid", "a reason is needed", { hint: 'Say it with --reason "…".' });
}
