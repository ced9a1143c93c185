/**
 * Decides to which namespace a source repository belongs, and with it all of `<repository>/` below the
 * controller's prefix. Repositories nest in such paths: of the claims along one path, the oldest stands,
 * and a namespace may nest its own. A claim that does not stand takes nothing from others.
 */
import { byAge, type Project } from "../api/index.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { pathsTo } from "./resources.ts";

type RepositoryDeps = Pick<ReconcilerDeps, "caches">;

/** Each claim is judged once, however many others it stands against. */
type Judged = Map<Project, boolean>;

/** Whether another namespace was first with a repository, with one above it or with one below. */
export function isRepositoryTaken(
  deps: RepositoryDeps,
  namespace: string,
  repository: string,
): boolean {
  const along = claimsAlong(deps, repository);
  const known: Judged = new Map();
  const own = along.find(
    ({ metadata, spec }) => metadata.namespace === namespace && spec.repository === repository,
  );
  return along.some(
    (other) =>
      other.metadata.namespace !== namespace &&
      (own === undefined || byAge(other, own) < 0) &&
      stands(deps, other, known),
  );
}

/** The oldest Project by which a path below the controller's prefix belongs to a namespace. */
export function holderOfPath(deps: RepositoryDeps, path: string): Project | undefined {
  const known: Judged = new Map();
  return oldestOfEach(
    pathsTo(path).flatMap((above) => deps.caches.projects.byIndex("repository", above)),
  ).find((claim) => stands(deps, claim, known));
}

/** Projects of other namespaces whose repository one Project may take, or free. */
export function neighboursOf({ caches }: RepositoryDeps, project: Project): Project[] {
  return projectsAlong({ caches }, project.spec.repository).filter(
    ({ metadata }) => metadata.namespace !== project.metadata.namespace,
  );
}

function stands(deps: RepositoryDeps, claim: Project, known: Judged): boolean {
  const before = known.get(claim);
  if (before !== undefined) return before;
  const found = !claimsAlong(deps, claim.spec.repository).some(
    (other) =>
      other.metadata.namespace !== claim.metadata.namespace &&
      byAge(other, claim) < 0 &&
      stands(deps, other, known),
  );
  known.set(claim, found);
  return found;
}

function claimsAlong(deps: RepositoryDeps, repository: string): readonly Project[] {
  return oldestOfEach(projectsAlong(deps, repository));
}

function projectsAlong({ caches }: RepositoryDeps, repository: string): Project[] {
  const above = pathsTo(repository).slice(0, -1);
  return [
    ...above.flatMap((path) => caches.projects.byIndex("repository", path)),
    ...caches.projects.byIndex("repositoryPath", repository),
  ];
}

/** The oldest Project of each namespace and repository, the oldest of them first. */
function oldestOfEach(projects: readonly Project[]): readonly Project[] {
  const claims = new Map<string, Project>();
  for (const project of projects) {
    const claimant = `${project.metadata.namespace} ${project.spec.repository}`;
    const other = claims.get(claimant);
    if (other === undefined || byAge(project, other) < 0) claims.set(claimant, project);
  }
  return [...claims.values()].toSorted(byAge);
}
