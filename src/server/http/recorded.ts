/** Nothing is written without a record: what is asked for stands in the ledger before it is done. */
import { ForgeError } from "../../api/index.ts";
import type { Fact } from "../../ledger/index.ts";
import type { LedgerAccess } from "../ports.ts";
import type { Call, JsonAnswer } from "./route.ts";

/** What somebody asks the API to write. */
export interface Action {
  /** The server's own: no other request has it, whatever ids and keys callers send. */
  readonly id: string;
  readonly operation: string;
  readonly user: string;
  /** Whose account did it in the user's name. */
  readonly impersonatedBy?: string | undefined;
  readonly requestId: string;
  readonly namespace: string;
  readonly repository?: string | undefined;
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
}

/** The answer to a request, and the key that it was done once for. */
export interface Done {
  readonly answer: JsonAnswer;
  readonly once?: { readonly key: string; readonly fingerprint: string };
  /** The answer is that of an earlier request. */
  readonly isReplayed?: boolean;
}

/** What a write is about, as far as the request says it. */
export function placeOf({ located, params, body, query }: Call) {
  const said = { ...query, ...body, ...params, ...located } as Record<string, unknown>;
  const text = (name: string) => (typeof said[name] === "string" ? said[name] : undefined);
  return {
    namespace: text("namespace") ?? "",
    repository: text("repository"),
    project: text("project"),
    environment: text("environment"),
  };
}

/** An answer larger than this is not kept: its request may be asked again all the same. */
const largestAnswer = 64 * 1_024;

/**
 * Each call leaves an entry before the work and one after it.
 * @throws ForgeError LedgerUnavailable, before anything was done, where a ledger is configured
 */
export async function recorded(
  ledger: LedgerAccess,
  action: Action,
  work: () => Promise<Done>,
): Promise<JsonAnswer> {
  if (!ledger.isConfigured) return (await work()).answer;
  await ledger.open().append([factOf(action, "Asked", {})]);
  let done: Done;
  try {
    done = await work();
  } catch (error) {
    await append(ledger, [factOf(action, "Failed", { reason: reasonOf(error) })]);
    throw error;
  }
  await append(ledger, endsOf(action, done));
  return done.answer;
}

/** The facts that tell how it ended; the first one that is new is recorded. */
function endsOf(action: Action, { answer, once, isReplayed }: Done): readonly Fact[] {
  const { status, body } = answer;
  const plain = factOf(action, "Answered", { status, ...(isReplayed && { replayed: true }) });
  const text = JSON.stringify(body);
  if (once === undefined || isReplayed || text.length > largestAnswer) return [plain];
  const { key, fingerprint } = once;
  const kept = factOf(action, "Answered", { status, fingerprint, answer: text });
  // Another replica may have answered the same key meanwhile, which is an end of its own.
  return [{ ...kept, key: answerKey(key) }, plain];
}

/** The ledger's key of the answer that is given again. */
export function answerKey(key: string): string {
  return `Action/${key}/Answered`;
}

export function reasonOf(error: unknown): string {
  if (error instanceof ForgeError) return error.code;
  return error instanceof Error ? ((error as { reason?: string }).reason ?? error.name) : "Unknown";
}

/** What was done is done: that its end is not told loses a word, and no deed. */
async function append(ledger: LedgerAccess, facts: readonly Fact[]): Promise<void> {
  try {
    for (const fact of facts) {
      const { recorded: entries } = await ledger.open().append([fact]);
      if (entries.length > 0) return;
    }
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
  }
}

function factOf(action: Action, event: string, details: Fact["details"]): Fact {
  const { id, operation, user, requestId, namespace, repository, project, environment } = action;
  const { impersonatedBy } = action;
  return {
    key: `Action/${id}/${event}`,
    kind: "Action",
    event: `${operation}${event}`,
    namespace,
    ...{ repository, project, environment },
    actor: user,
    subject: requestId,
    details: {
      ...{ requestId, action: id },
      ...(impersonatedBy !== undefined && { impersonatedBy }),
      ...details,
    },
  };
}
