/** ReleaseDeployments: what is written of a deployment, and by which field manager. */
import { isAlreadyExists, isNotFound, type KubeObject } from "../../../controller/kube/index.ts";
import {
  apiVersion,
  type DeploymentOutcome,
  type ReleaseDeployment,
  type ReleaseDeploymentSpec,
  type ReleasePointer,
  releaseDeploymentKind,
} from "../../api/index.ts";
import { runStart } from "../../query/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { placeOf, resources } from "../resources.ts";
import { isSameJson } from "../same-json.ts";
import type { Begun } from "./deployment-plan.ts";

type RecordDeps = Pick<ReconcilerDeps, "client" | "clock">;

interface RecordName {
  readonly namespace: string;
  readonly name: string;
}

/** Says what came of a deployment in Git. */
const completionManager = "forge-controller";
/** Says how it ended. Apart from the above, which an apply of the one would else remove. */
const endingManager = "forge-ending";
/** Owns the health of a deployment, as on its pointer. */
const deliveryManager = "forge-delivery";

const { kind } = releaseDeploymentKind;

/** What is known of a deployment when it is begun. */
export type RecordedFacts = Pick<
  ReleaseDeploymentSpec,
  "request" | "decision" | "approvals" | "previous"
>;

/** The records of a pointer's place, in the order in which they were begun. */
export function recordsOf(
  { caches }: Pick<ReconcilerDeps, "caches">,
  pointer: ReleasePointer,
): ReleaseDeployment[] {
  return caches.deployments
    .byIndex("place", placeOf(pointer))
    .toSorted((a, b) => a.spec.sequence - b.spec.sequence);
}

/** Writes the record of a deployment that is about to be pushed; one that is there stays. */
export async function openRecord(
  deps: RecordDeps,
  pointer: ReleasePointer,
  { name, sequence, generations, commit, number, version, digest }: Omit<Begun, "target">,
  facts: RecordedFacts,
  signal: AbortSignal,
): Promise<void> {
  const { environment, repository, project } = pointer.spec;
  const spec = {
    environment,
    repository,
    project,
    pointer: pointer.metadata.name,
    sequence,
    ...(generations && { generations }),
    release: { commit, number, digest, ...(version && { version }) },
    ...facts,
  };
  const object = {
    apiVersion,
    kind,
    metadata: { name, namespace: pointer.metadata.namespace },
    spec,
  };
  try {
    await deps.client.create<KubeObject>(resources.deployments, object, { signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/** A commit that carries a deployment out. */
interface RecordedCommit {
  readonly commit: string;
  readonly path: string;
  /** As the commit says. */
  readonly time?: string;
  /** The record was missing, and is written again from what Git has. */
  readonly isFound?: boolean;
}

/**
 * The deployment's commit is on the branch: it is what runs. Its soak counts from now on, whatever
 * time the commit bears, or as the record had it before. Does nothing without a record.
 */
export async function completeRecord(
  { client, clock, caches }: RecordDeps & Pick<ReconcilerDeps, "caches">,
  { namespace, name }: RecordName,
  git: RecordedCommit,
  signal: AbortSignal,
): Promise<void> {
  const now = new Date(clock.now()).toISOString();
  const message = `Commit ${git.commit} carries it out.`;
  const record = caches.deployments.get({ namespace, name });
  const known = record?.status;
  const start = record && runStart(record, new Date(clock.now()))?.toISOString();
  // Said whether or not it stalled before: a cache that is a moment behind would leave the word of
  // an earlier failure standing.
  const conditions = [
    { type: "Ready", status: "True" },
    { type: "Stalled", status: "False" },
  ];
  await applyStatus(client, { namespace, name }, completionManager, signal, {
    observedGeneration: 1,
    outcome: "Active" satisfies DeploymentOutcome,
    git: { commit: git.commit, path: git.path },
    // Said again, after a crash, it does not become later: what ran before would have run on.
    committedAt: known?.committedAt ?? git.time ?? now,
    countsFrom: known?.countsFrom ?? start ?? now,
    ...((known?.foundInGit || git.isFound) && { foundInGit: true }),
    conditions: conditions.map((condition) => ({
      ...condition,
      reason: "Committed",
      message,
      lastTransitionTime: now,
      observedGeneration: 1,
    })),
  });
}

/** A rule, or what only a person can mend, is in the way of a deployment that was begun. */
export async function haltRecord(
  { client, clock }: RecordDeps,
  { namespace, name }: RecordName,
  outcome: "Blocked" | "Failed",
  message: string,
  signal: AbortSignal,
): Promise<void> {
  const lastTransitionTime = new Date(clock.now()).toISOString();
  const stalled = { type: "Stalled", status: "True", reason: "Failed", message };
  await applyStatus(client, { namespace, name }, endingManager, signal, {
    outcome,
    // What is blocked is still under way, to tools that go by kstatus too.
    ...(outcome === "Failed" && {
      observedGeneration: 1,
      conditions: [{ ...stalled, lastTransitionTime, observedGeneration: 1 }],
    }),
  });
}

/** Another deployment took its place, at that time. */
export async function endRecord(
  { client }: Pick<RecordDeps, "client">,
  { namespace, name }: RecordName,
  ending: {
    readonly outcome: "Superseded" | "RolledBack";
    readonly endedAt: string;
    /** For decisions, which the claimed time of a commit must not move. */
    readonly countsUntil: string;
  },
  signal: AbortSignal,
): Promise<void> {
  const status = { ...ending, observedGeneration: 1 };
  await applyStatus(client, { namespace, name }, endingManager, signal, status);
}

/** Keeps the health that an agent reports of a deployment, for decisions after its end. */
export async function recordHealth(
  { client, caches }: Pick<ReconcilerDeps, "client" | "caches">,
  { namespace, name }: RecordName,
  health: NonNullable<ReleaseDeployment["status"]>["health"],
  signal: AbortSignal,
): Promise<void> {
  const record = caches.deployments.get({ namespace, name });
  if (record !== undefined && isSameJson(record.status?.health, health)) return;
  await applyStatus(client, { namespace, name }, deliveryManager, signal, { health });
}

async function applyStatus(
  client: ReconcilerDeps["client"],
  metadata: RecordName,
  fieldManager: string,
  signal: AbortSignal,
  status: object,
): Promise<void> {
  try {
    const body = { apiVersion, kind, metadata, status };
    await client.applyStatus<ReleaseDeployment & KubeObject>(resources.deployments, body, {
      fieldManager,
      force: true,
      signal,
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
