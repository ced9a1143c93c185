import { ForgeError, type Project, projectPath, splitProjectPath } from "../api/index.ts";
import type { Store } from "./ports.ts";

export interface ProjectName {
  readonly repository: string;
  readonly project: string;
}

const candidatesShown = 10;

/**
 * The project that is meant: `<repository>/<project>`, or the name alone where only one repository
 * has it.
 * @throws ForgeError ProjectNotFound, or AmbiguousProject, which lists the candidates
 */
export async function findProject(store: Store, given: string): Promise<ProjectName> {
  return chooseProject(given, await store.list("Project"), store.namespace);
}

export function chooseProject(
  given: string,
  projects: readonly Pick<Project, "spec">[],
  namespace: string,
): ProjectName {
  const paths = [...new Set(projects.map(pathOf))].toSorted();
  const found = paths.filter((path) => path === given || splitProjectPath(path).project === given);
  const exact = found.find((path) => path === given);
  const [only] = exact === undefined ? found : [exact];
  if (only === undefined) {
    throw new ForgeError(
      "ProjectNotFound",
      `namespace ${namespace} has no project ${given}; it has ${listed(paths) || "none"}`,
    );
  }
  if (exact === undefined && found.length > 1) {
    throw new ForgeError("AmbiguousProject", `${given} may be ${listed(found)}`);
  }
  return splitProjectPath(only);
}

function pathOf({ spec }: Pick<Project, "spec">): string {
  return projectPath(spec.repository, spec.name);
}

function listed(paths: readonly string[]): string {
  const more = paths.length > candidatesShown ? ` and ${paths.length - candidatesShown} more` : "";
  return paths.slice(0, candidatesShown).join(", ") + more;
}
