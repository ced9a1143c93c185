import { ForgeError } from "../../api/index.ts";
import type { GitRemote } from "../../git/index.ts";
import { readBranchHead } from "../branch/branch-head.ts";
import { sequenceOf } from "../branch/conflict.ts";
import { pointerFolder } from "../pointer/pointer-path.ts";
import type {
  CarriedDeployment,
  DeploymentHistory,
  HistoryRequest,
  LoggedDeployment,
  PointerFormat,
} from "../ports.ts";
import { type CommitLog, readLog } from "./commit-log.ts";
import { readCommittedFiles, type WantedFile } from "./committed-files.ts";
import { type ReadMessage, readMessage } from "./read-message.ts";

/** Generations of commits that are read, one after the other until enough deployments are found. */
const depths = [1_000, 10_000, 100_000] as const;

interface Candidate extends WantedFile {
  readonly message: ReadMessage;
  readonly time: string;
}

/**
 * The deployments of a branch, rebuilt from its log: messages and trailers first, then the pointer
 * files as those commits left them, which say by whom and which image. Nothing else is asked, and
 * nothing of the branch's queue is held up. See GitOpsWriter.history.
 */
export async function readHistory(
  remote: GitRemote,
  request: HistoryRequest,
  format: PointerFormat,
  limit: number,
  signal: AbortSignal,
): Promise<DeploymentHistory> {
  const head = await readBranchHead(remote, request.branch, signal);
  if (head === undefined) return { deployments: [], complete: true };
  let log: CommitLog = { commits: [], complete: false };
  let candidates: Candidate[] = [];
  for (const depth of depths) {
    log = await readLog(remote, head, depth, signal);
    candidates = findCandidates(log, request, format);
    if (log.complete || candidates.length >= limit) break;
  }
  const chosen = limit < candidates.length ? candidates.slice(-limit) : candidates;
  const texts = await readCommittedFiles(remote, log, chosen, signal);
  const logged = chosen.flatMap((candidate) => {
    const carried = carriedBy(texts.get(candidate.commit), candidate, format);
    return carried === undefined ? [] : [{ candidate, carried }];
  });
  const complete = log.complete && chosen.length === candidates.length;
  return { deployments: describe(logged).toReversed(), complete };
}

/** Commits that say that they brought a deployment, the oldest first; of two for one, the first. */
function findCandidates(
  { commits }: CommitLog,
  { environment, pathTemplate }: HistoryRequest,
  format: PointerFormat,
): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { id, message: text, parents, committer, tree } of commits) {
    const message = parents.length > 1 ? undefined : readMessage(text);
    if (message === undefined || found.has(message.deployment)) continue;
    if (environment !== undefined && message.environment !== environment) continue;
    try {
      const path = [...pointerFolder(message, pathTemplate), format.fileName];
      found.set(message.deployment, { message, commit: id, tree, path, time: committer.time });
    } catch (error) {
      // A message that names what can be no pointer is not one of forge's.
      if (!(error instanceof ForgeError)) throw error;
    }
  }
  return [...found.values()];
}

/**
 * What the pointer file says; nothing where it is elsewhere by now, or cannot be read. undefined
 * when it carries another deployment: then the message is a copy, and the commit brought nothing.
 */
function carriedBy(
  text: string | undefined,
  { message, path }: Candidate,
  format: PointerFormat,
): Partial<CarriedDeployment> | undefined {
  if (text === undefined) return {};
  try {
    const { carried } = format.open(text, path.join("/"));
    return carried === undefined || carried.id === message.deployment ? (carried ?? {}) : undefined;
  } catch (error) {
    if (error instanceof ForgeError) return {};
    throw error;
  }
}

function describe(
  logged: readonly { candidate: Candidate; carried: Partial<CarriedDeployment> }[],
): LoggedDeployment[] {
  const last = new Map<string, LoggedDeployment>();
  return logged.map(({ candidate: { message, commit: gitCommit, path, time }, carried }) => {
    const { deployment: id, by: rolledBackBy, previous: named, ...release } = message;
    const pointer = JSON.stringify([release.environment, release.repository, release.project]);
    const before = last.get(pointer);
    const previous = before === undefined ? named : referenceTo(before);
    const by = carried.by ?? rolledBackBy;
    const sequence = sequenceOf(id);
    const described: LoggedDeployment = {
      id,
      ...(sequence !== undefined && { sequence }),
      ...release,
      ...(carried.digest && { digest: carried.digest }),
      ...(by && { by }),
      ...(previous && { previous }),
      gitCommit,
      path: path.join("/"),
      time,
    };
    last.set(pointer, described);
    return described;
  });
}

function referenceTo(before: LoggedDeployment): NonNullable<LoggedDeployment["previous"]> {
  const { id, commit, number, version, digest } = before;
  return { id, commit, number, ...(version && { version }), ...(digest && { digest }) };
}
