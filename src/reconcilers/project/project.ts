import type { ConditionUpdate, Outcome, Reconciler } from "../../../controller/index.ts";
import { indexValue, isAlreadyExists, isNotFound } from "../../../controller/kube/index.ts";
import {
  apiVersion,
  byAge,
  type Project,
  projectKind,
  projectName,
  type ReleaseBlock,
  splitProjectPath,
} from "../../api/index.ts";
import { invalidPatterns } from "../../triggers/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { isRepositoryTaken } from "../repository-ownership.ts";
import { resources } from "../resources.ts";
import { invalidShard, isOurs } from "../sharding.ts";
import {
  conditionsOf,
  type OwnCondition,
  type Report,
  recordTransition,
  reportOf,
  stalled,
  writeStatus,
} from "../status.ts";
import { createNumbering } from "./numbering.ts";
import { recordRegistriesInUse, registryAllowed, registryRefusal } from "./project-registry.ts";

/** Owns the conditions of a Project; the counter is the numbering's. */
const fieldManager = "forge-controller";

/**
 * The one worker of a project: numbers its Releases. Its keys are `<repository>/<project>` within
 * a namespace, since a Project need not exist yet, and may have any name.
 */
export function createProjectReconciler(deps: ReconcilerDeps): Reconciler {
  const numbering = createNumbering(deps);
  return {
    reconcile: async ({ namespace, name: path }, context) => {
      const { signal } = context;
      const cached = deps.caches.projects
        .byIndex("project", indexValue(namespace, path))
        .toSorted(byAge);
      const [oldest, ...duplicates] = cached;
      if (!isOurs(deps, oldest)) return { type: "done" };
      for (const duplicate of duplicates) {
        await report(deps, duplicate, duplicateReport(oldest?.metadata.name ?? ""), signal);
      }
      const releases = deps.caches.releases.byIndex("project", indexValue(namespace, path));
      if (oldest === undefined && releases.length === 0) return { type: "done" };
      // The counter is read live before it moves; where nothing waits there is nothing to read.
      const isIdle = oldest !== undefined && numbering.isIdle(oldest);
      const project = isIdle ? oldest : await readOrCreate(deps, namespace, path, oldest, signal);
      // The cache of Projects may lag behind that of Releases.
      if (!isOurs(deps, project)) return { type: "done" };
      const unowned = invalidShard(project) ?? ownedElsewhere(deps, project);
      if (unowned !== undefined) return report(deps, project, unowned, signal);
      // Before a number, and before anything is asked of the registry.
      const bounded = await recordRegistriesInUse(deps, project, releases, signal);
      const refused = registryRefusal(deps, bounded);
      if (refused !== undefined) return report(deps, bounded, refused, signal);
      const allowed = registryAllowed(deps, bounded);
      try {
        const numbered = isIdle ? bounded : await numbering.run(bounded, context);
        return await report(deps, numbered, readyReport(numbered, allowed), signal);
      } catch (error) {
        const failure = reportOf(error);
        if (failure === undefined) throw error;
        await report(deps, bounded, { ...failure, conditions: [allowed] }, signal);
        throw error;
      }
    },
  };
}

/** The Project as it is now, made with defaults when nobody made one. */
async function readOrCreate(
  deps: ReconcilerDeps,
  namespace: string,
  path: string,
  known: Project | undefined,
  signal: AbortSignal,
): Promise<Project> {
  const { repository, project } = splitProjectPath(path);
  const name = known?.metadata.name ?? projectName(repository, project);
  if (known === undefined) {
    const object = {
      apiVersion,
      kind: projectKind.kind,
      metadata: { name, namespace },
      spec: { repository, name: project },
    };
    try {
      return await deps.client.create<Project & typeof object>(
        resources.projects,
        object as never,
        {
          signal,
        },
      );
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
  return deps.client.get<Project>(resources.projects, { namespace, name }, { signal });
}

/** A repository belongs to one namespace with all that nests along it: image names carry none. */
function ownedElsewhere(deps: ReconcilerDeps, project: Project): Report | undefined {
  const { repository } = project.spec;
  if (!isRepositoryTaken(deps, project.metadata.namespace, repository)) return undefined;
  // The other namespace is not named: it is not for this tenant to know.
  const message = `Repository ${repository} belongs to another namespace, which was first with it or with one along its path.`;
  return stalled("RepositoryTaken", message);
}

function duplicateReport(first: string): Report {
  return stalled("Duplicate", `Project ${first} is older and stands for the same project.`);
}

function readyReport({ spec, status }: Project, allowed: OwnCondition): Report {
  const last = status?.lastRelease;
  const message =
    last === undefined
      ? "No release yet."
      : `Release ${last.number} (${last.name}) is the last one.`;
  const conditions = [{ type: "Triggering" as const, ...triggering(spec.release) }, allowed];
  return { readiness: "ready", reason: "Counting", message, conditions, outcome: { type: "done" } };
}

/** Whether git events release the project, as far as its Project says. */
function triggering(block: ReleaseBlock): Omit<ConditionUpdate, "type"> {
  const no = (reason: string, message: string) => ({ status: "False", reason, message }) as const;
  const invalid = invalidPatterns(block);
  if (!block.enabled) return no("Disabled", "spec.release.enabled is false.");
  if (invalid.length > 0) {
    return no("InvalidPattern", `No RE2 expression, in spec.release.on: ${invalid.join(", ")}.`);
  }
  if (block.on.length === 0) {
    return no("NoRules", "spec.release.on is empty; the project's own file may have rules.");
  }
  const count = block.on.length;
  return { status: "True", reason: "Rules", message: `By ${count} rule${count > 1 ? "s" : ""}.` };
}

async function report(
  deps: ReconcilerDeps,
  project: Project,
  found: Report,
  signal: AbortSignal,
): Promise<Outcome> {
  const fields = {
    observedGeneration: project.metadata.generation,
    conditions: conditionsOf(project, found, new Date(deps.clock.now())),
  };
  try {
    await writeStatus(deps, projectKind, project, fieldManager, fields, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  recordTransition(deps, project, found, "Number");
  return found.outcome;
}
