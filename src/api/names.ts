import { createHash } from "node:crypto";

/** A project's identity across namespaces: `<repository>/<project>`; a project has no slash. */
export function projectPath(repository: string, project: string): string {
  return `${repository}/${project}`;
}

/** The parts of a {@link projectPath}. */
export function splitProjectPath(path: string): { repository: string; project: string } {
  const slash = path.lastIndexOf("/");
  return { repository: path.slice(0, slash), project: path.slice(slash + 1) };
}

function projectHash(repository: string, project: string): string {
  return createHash("sha256").update(projectPath(repository, project)).digest("hex").slice(0, 8);
}

/** Name of a Project that forge creates: `<project>-<8 hex>`. */
export function projectName(repository: string, project: string): string {
  return `${project}-${projectHash(repository, project)}`;
}

/** Name of a Release that forge creates: `<project>-<8 hex>-<first 12 of the commit>`. */
export function releaseName(repository: string, project: string, commit: string): string {
  return `${projectName(repository, project)}-${commit.slice(0, 12)}`;
}

/** Name of a ReleasePointer that forge creates: `<environment>-<project>-<8 hex>`. */
export function pointerName(environment: string, repository: string, project: string): string {
  return `${environment}-${projectName(repository, project)}`;
}

/** Name of a pointer's deployment: `<environment>-<project>-<8 hex>-<sequence>`. */
export function deploymentName(
  environment: string,
  repository: string,
  project: string,
  sequence: number,
): string {
  return `${pointerName(environment, repository, project)}-${sequence}`;
}
