import {
  byAge,
  type Environment,
  ForgeError,
  type Release,
  type ReleaseDeployment,
  type ReleasePointer,
} from "../api/index.ts";
import type { Decision } from "../policy/index.ts";
import { judgeRelease } from "../query/index.ts";
import { findProject, type ProjectName } from "./find-project.ts";
import type { Store } from "./ports.ts";

/** A project in an environment, and the pointer that stands for it. */
export interface Place extends ProjectName {
  readonly environment: string;
  readonly pointer: ReleasePointer | undefined;
}

/** @throws ForgeError ProjectNotFound, AmbiguousProject */
export async function findPlace(store: Store, environment: string, given: string): Promise<Place> {
  const name = await findProject(store, given);
  return { ...name, environment, pointer: await findPointer(store, environment, name) };
}

/** The pointer that counts: of several for one place the oldest. */
export async function findPointer(
  store: Store,
  environment: string,
  { repository, project }: ProjectName,
): Promise<ReleasePointer | undefined> {
  const found = await store.list("ReleasePointer", {
    "spec.environment": environment,
    "spec.repository": repository,
    "spec.project": project,
  });
  return found.toSorted(byAge)[0];
}

/** What a pointer says of a place where there is none yet, but for the release. */
export function newSpec({
  environment,
  repository,
  project,
}: Place): Omit<ReleasePointer["spec"], "release"> {
  return { environment, repository, project, suspend: false };
}

/** @throws ForgeError PointerNotFound */
export function pointerOf({ pointer, environment, project }: Place): ReleasePointer {
  if (pointer !== undefined) return pointer;
  throw new ForgeError("PointerNotFound", `${environment} has no pointer for ${project}`, {
    hint: `Nothing was asked for there yet: forge deploy ${environment} ${project} <release>.`,
  });
}

export function releasesOf(store: Store, name: ProjectName): Promise<readonly Release[]> {
  return store.list("Release", {
    "spec.repository": name.repository,
    "spec.project": name.project,
  });
}

/** The records of a project's deployments, in every environment or in one. */
export function deploymentsOf(
  store: Store,
  { repository, project }: ProjectName,
  environment?: string,
): Promise<readonly ReleaseDeployment[]> {
  return store.list("ReleaseDeployment", {
    "spec.repository": repository,
    "spec.project": project,
    ...(environment !== undefined && { "spec.environment": environment }),
  });
}

/** What a request would be answered now, by live reads and the same rules as the controller's. */
export async function judgePlace(
  store: Store,
  place: ProjectName,
  question: {
    readonly environment: Environment;
    readonly release: Release;
    readonly pointer: Pick<ReleasePointer, "spec" | "status">;
  },
  now: Date,
): Promise<Decision> {
  const [approvals, deployments, pointers] = await Promise.all([
    store.list("ReleaseApproval", {
      "spec.environment": question.environment.metadata.name,
      "spec.release.repository": place.repository,
      "spec.release.project": place.project,
      "spec.release.commit": question.release.spec.commit,
    }),
    deploymentsOf(store, place),
    store.list("ReleasePointer", {
      "spec.repository": place.repository,
      "spec.project": place.project,
    }),
  ]);
  return judgeRelease({ ...question, approvals, deployments, pointers }, now);
}
