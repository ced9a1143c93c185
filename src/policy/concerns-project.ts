import { type Environment, type Project, projectPath } from "../api/index.ts";
import { compileGlob } from "./glob.ts";
import { preparedOnce } from "./prepared.ts";

const compiled = preparedOnce((globs: readonly string[]) => globs.map(compileGlob));

/**
 * Whether an environment's autoDeploy looks at a project: one that carries every label and whose
 * `<repository>/<project>` matches a glob, where the environment names any.
 */
export function concernsProject(
  environment: Pick<Environment, "spec">,
  project: Pick<Project, "metadata" | "spec">,
): boolean {
  const { matchLabels = {}, include = [] } = environment.spec.projects ?? {};
  const labels = project.metadata.labels ?? {};
  if (!Object.entries(matchLabels).every(([name, value]) => labels[name] === value)) return false;
  const path = projectPath(project.spec.repository, project.spec.name);
  return include.length === 0 || compiled(include).some((glob) => glob.matches(path));
}
