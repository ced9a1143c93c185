/** Nothing is written without a record: what is asked for stands in the ledger before it is done. */
import { ForgeError } from "../../api/index.ts";
import type { Entry, Fact } from "../../ledger/index.ts";
import type { LedgerAccess } from "../ports.ts";
import type { AnswerStore, KeptAnswer } from "./idempotency.ts";
import type { Call, JsonAnswer } from "./route.ts";

/** What somebody asks the API to write. */
export interface Action {
  /** Of this request, or of all with one Idempotency-Key. */
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
  readonly fingerprint?: string | undefined;
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
 * @throws ForgeError LedgerUnavailable, before anything was done, where a ledger is configured
 */
export async function recorded(
  ledger: LedgerAccess,
  action: Action,
  work: () => Promise<JsonAnswer>,
): Promise<JsonAnswer> {
  if (!ledger.isConfigured) return work();
  await ledger.open().append([factOf(action, "Asked", {})]);
  let answer: JsonAnswer;
  try {
    answer = await work();
  } catch (error) {
    await append(ledger, factOf(action, "Failed", { reason: reasonOf(error) }));
    throw error;
  }
  const { status, body } = answer;
  const { fingerprint } = action;
  const text = JSON.stringify(body);
  const kept = fingerprint && text.length <= largestAnswer ? { fingerprint, answer: text } : {};
  await append(ledger, factOf(action, "Answered", { status, ...kept }));
  return answer;
}

function reasonOf(error: unknown): string {
  if (error instanceof ForgeError) return error.code;
  return error instanceof Error ? ((error as { reason?: string }).reason ?? error.name) : "Unknown";
}

/** What was done is done: that its end is not told loses a word, and no deed. */
async function append(ledger: LedgerAccess, fact: Fact): Promise<void> {
  try {
    await ledger.open().append([fact]);
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
  }
}

function factOf(action: Action, event: string, details: Fact["details"]): Fact {
  const { id, operation, user, requestId, namespace, repository, project, environment } = action;
  const { impersonatedBy } = action;
  return {
    key: `Action/${id}/${event === "Failed" ? `${event}/${requestId}` : event}`,
    kind: "Action",
    event: `${operation}${event}`,
    namespace,
    ...{ repository, project, environment },
    actor: user,
    subject: requestId,
    details: { requestId, ...(impersonatedBy !== undefined && { impersonatedBy }), ...details },
  };
}

/** Answers that the ledger keeps, for all replicas. */
export function keptIn(ledger: LedgerAccess): AnswerStore | undefined {
  if (!ledger.isConfigured) return undefined;
  return { find: async (id) => answerOf(await ledger.open().find(`Action/${id}/Answered`)) };
}

function answerOf(entry: Entry | undefined): KeptAnswer | undefined {
  const { fingerprint, status, answer } = entry?.details ?? {};
  if (typeof fingerprint !== "string" || typeof answer !== "string") return undefined;
  return { fingerprint, status: Number(status), body: JSON.parse(answer) as object };
}
