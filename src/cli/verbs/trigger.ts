/** trigger: what happened in a source repository, and the releases that follow from it. */
import {
  ForgeError,
  type Project,
  parseGitEvent,
  parseSpec,
  type Release,
  releaseKind,
} from "../../api/index.ts";
import { createRelease } from "../../requests/index.ts";
import { evaluateEvent, type Verdict } from "../../triggers/index.ts";
import { printValue } from "../output/print.ts";
import { type Column, tableText } from "../output/table.ts";
import { parseArtifact, triggerOf } from "../release-spec.ts";
import { type Call, required, type Session } from "../session.ts";

export interface TriggerOptions {
  readonly commit: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly project?: readonly string[];
  readonly artifact?: readonly string[];
  readonly dryRun?: boolean;
}

interface Line extends Verdict {
  /** Name of the Release, where there is one now. */
  readonly release?: string;
}

/** Releases every project of the repository whose rules the event meets. The same event again changes nothing. */
export async function trigger(session: Session, call: Call<TriggerOptions>): Promise<void> {
  const { backend } = session;
  const { commit, project: asked, artifact = [], dryRun = false, ...claims } = call.options;
  const repository = required(call, "repository");
  const { user } = await backend.whoAmI();
  const event = parseGitEvent({
    repository,
    commit,
    trigger: triggerOf({ ...claims, manual: asked !== undefined }, user),
    ...(asked !== undefined && { projects: asked }),
  });
  const projects = await backend.list("Project", { "spec.repository": repository });
  const { verdicts } = evaluateEvent(event, projects);
  const released = verdicts.filter((verdict) => verdict.released);
  // Before anything is written: what one project lacks stops all of them.
  const specs = new Map(
    released.map(({ project: name }) => {
      const source = sourceOf(projects.find(({ spec }) => spec.name === name));
      const artifacts = artifact.map(parseArtifact);
      const spec = { repository, project: name, commit, trigger: event.trigger, artifacts, source };
      return [name, parseSpec(releaseKind, spec) as Release["spec"]];
    }),
  );
  const lines: Line[] = [];
  for (const verdict of verdicts) {
    const spec = specs.get(verdict.project);
    if (spec === undefined) lines.push(verdict);
    else {
      const { release } = await createRelease(backend, spec, { dryRun });
      lines.push({ ...verdict, release: release.metadata.name });
    }
  }
  const none = `No projects of ${repository} in namespace ${backend.namespace}.\n`;
  await printValue(session, { event, projects: lines }, () =>
    lines.length === 0 ? none : tableText(columns, lines, { wide: false }),
  );
}

const columns: readonly Column<Line>[] = [
  { name: "PROJECT", value: ({ project }) => project },
  { name: "RELEASED", value: ({ released }) => (released ? "yes" : "no") },
  { name: "RELEASE", value: ({ release }) => release },
  { name: "WHY", value: ({ message }) => message },
];

/** @throws ForgeError UsageInvalid where the Project does not say where its source is */
function sourceOf(project: Project | undefined): object {
  const { url, path } = project?.spec.source ?? {};
  if (url !== undefined) return { git: { url, ...(path !== undefined && { path }) } };
  const name = project?.metadata.name ?? "";
  throw new ForgeError("UsageInvalid", `Project ${name} does not say where its source is`, {
    hint: `Set spec.source.url of Project ${name}, or use: forge release create`,
  });
}
