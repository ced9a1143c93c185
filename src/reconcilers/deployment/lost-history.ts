import { isInvalid } from "../../../controller/kube/index.ts";
import type { ReleaseDeployment, ReleasePointer } from "../../api/index.ts";
import type { LoggedDeployment } from "../../gitops/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { type Begun, sequenceOf } from "./deployment-plan.ts";
import { completeRecord, openRecord } from "./deployment-record.ts";
import { locationOf } from "./deployment-request.ts";

/** Of a whole environment; beyond, a project that is deployed rarely loses what is older. */
const loggedLimit = 2_000;

/** Pointers of one environment are often lost together: one log is enough for them. */
const keptMs = 60_000;
const keptLogs = 8;

/** Longer than a watch takes to tell of a record what its pointer's status says already. */
const newsMs = 60_000;

/** What the log of a branch says of an environment. */
export class EnvironmentLogs {
  readonly #deps: ReconcilerDeps;
  readonly #logs = new Map<
    string,
    { readonly at: number; readonly log: Promise<readonly LoggedDeployment[]> }
  >();

  constructor(deps: ReconcilerDeps) {
    this.#deps = deps;
  }

  /** @param wanted a deployment that the log must tell of: one from before it is read again */
  async read(
    pointer: ReleasePointer,
    target: Begun["target"],
    signal: AbortSignal,
    wanted?: string,
  ): Promise<readonly LoggedDeployment[]> {
    const { environment } = pointer.spec;
    const location = await locationOf(this.#deps, pointer, target, signal);
    // The namespace too: what its Secret opens is not for another one.
    const key = JSON.stringify([pointer.metadata.namespace, environment, target]);
    const now = this.#deps.clock.monotonic();
    const known = this.#logs.get(key);
    if (known !== undefined && now - known.at < keptMs) {
      const log = await known.log;
      if (wanted === undefined || log.some(({ id }) => id === wanted)) return log;
    }
    const log = this.#deps.writer
      .history({ ...location, environment }, loggedLimit, signal)
      .then(({ deployments }) => deployments);
    log.catch(() => this.#logs.delete(key));
    this.#logs.delete(key);
    this.#logs.set(key, { at: now, log });
    const [oldest] = this.#logs.keys();
    if (this.#logs.size > keptLogs && oldest !== undefined) this.#logs.delete(oldest);
    return log;
  }
}

/**
 * Writes the records of a pointer again when that of what runs is lost: a person deleted it, a
 * backup was restored without it, or an older forge never wrote it. The log of the branch says what
 * was deployed, when and on whose word; what was decided then is lost, but for what the pointer's
 * status still says.
 */
export async function rebuildHistory(
  deps: ReconcilerDeps,
  logs: EnvironmentLogs,
  pointer: ReleasePointer,
  records: readonly ReleaseDeployment[],
  limit: number,
  signal: AbortSignal,
): Promise<void> {
  const { git, deployed, deployment } = pointer.status ?? {};
  if (git === undefined || deployed === undefined || deployment === undefined) return;
  const now = deps.clock.now();
  const own = records.find(({ metadata }) => metadata.name === git.deployment);
  // What is there and not completed has its news on their way; if it is old, a rebuild was cut off.
  if (own !== undefined && now - Date.parse(own.metadata.creationTimestamp) < newsMs) return;
  const known = new Map(records.map((record) => [record.metadata.name, record.status]));
  const log = await logs.read(pointer, deployment.target, signal);
  const logged = log.flatMap((entry) => loggedOf(pointer, entry) ?? []);
  // The oldest first: while the last one is missing, what was interrupted is taken up again.
  for (const entry of kept(logged, deployed.digest, limit).toReversed()) {
    const { committedAt, endedAt } = known.get(entry.id) ?? {};
    if (committedAt !== undefined || endedAt !== undefined) continue;
    await writeLogged(deps, pointer, entry, signal);
  }
  if (!logged.some(({ id }) => id === git.deployment)) await writeCurrent(deps, pointer, signal);
}

/** A deployment of a pointer, with its place among them. */
export type LoggedOfPointer = LoggedDeployment & {
  readonly sequence: number;
  readonly digest: string;
};

/** What tells enough of a deployment of this pointer; anybody may push words like forge's. */
export function loggedOf(
  { spec }: ReleasePointer,
  entry: LoggedDeployment,
): LoggedOfPointer | undefined {
  const { id, environment, repository, project, digest } = entry;
  const isHere =
    environment === spec.environment && repository === spec.repository && project === spec.project;
  const sequence = sequenceOf(spec, id);
  return isHere && sequence > 0 && digest !== undefined
    ? { ...entry, sequence, digest }
    : undefined;
}

/** As many as are kept at all, and where a rollback goes. */
function kept(
  newestFirst: readonly LoggedOfPointer[],
  current: string,
  limit: number,
): LoggedOfPointer[] {
  const before = newestFirst.find(({ digest }) => digest !== current);
  return newestFirst.filter((entry, index) => index < limit || entry === before);
}

async function writeLogged(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  entry: LoggedOfPointer,
  signal: AbortSignal,
): Promise<void> {
  const { id: name, sequence, digest, commit, number, version, previous } = entry;
  const { type, by, reason, requestId: id } = entry;
  const release = { commit, number, digest, ...(version && { version }) };
  const before =
    previous?.commit === undefined || previous.digest === undefined
      ? undefined
      : { commit: previous.commit, number: previous.number, digest: previous.digest };
  const { git, decision } = pointer.status ?? {};
  try {
    await openRecord(
      deps,
      pointer,
      { name, sequence, ...release },
      {
        request: { type, ...(by && { by }), ...(reason && { reason }), ...(id && { id }) },
        decision: (name === git?.deployment ? decision : undefined) ?? lostDecision,
        approvals: [],
        ...(before && { previous: before }),
      },
      signal,
    );
  } catch (error) {
    // Words that no deployment of forge ever had are no reason to lose the others.
    if (!isInvalid(error)) throw error;
    deps.log.warn({ deployment: name, commit: entry.gitCommit, error }, "no record of that commit");
    return;
  }
  const { namespace } = pointer.metadata;
  const { gitCommit, path, time } = entry;
  const committed = { commit: gitCommit, path, time, isFound: true };
  await completeRecord(deps, { namespace, name }, committed, signal);
}

/** Where the log says nothing, as on a branch that was made anew. */
async function writeCurrent(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  signal: AbortSignal,
): Promise<void> {
  const { git, deployed, previous, decision } = pointer.status ?? {};
  if (git === undefined || deployed === undefined) return;
  const { namespace } = pointer.metadata;
  const name = git.deployment;
  const sequence = sequenceOf(pointer.spec, name);
  const facts = {
    request: pointer.spec.request ?? { type: "Deploy" as const },
    decision: decision ?? lostDecision,
    approvals: [],
    ...(previous && { previous }),
  };
  await openRecord(deps, pointer, { name, sequence, ...deployed }, facts, signal);
  await completeRecord(deps, { namespace, name }, { ...git, isFound: true }, signal);
}

const lostDecision = {
  allowed: true,
  rules: [
    {
      rule: "history",
      passed: true,
      reason: "Rebuilt",
      message: "The record was lost; what was decided then is not known any more.",
    },
  ],
};
