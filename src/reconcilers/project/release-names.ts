import type { Alias, Project, Release, Trigger } from "../../api/index.ts";
import { limits, withinBytes } from "../bounded-status.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { freeAliases } from "../release/free-aliases.ts";
import { withTrigger } from "../release/release-identity.ts";

/** What a number goes by, and what caused it: those of every Release that stands for its commit. */
export interface Names {
  readonly triggers: Trigger[];
  readonly aliases: Alias[];
}

export interface Numbered {
  readonly project: Project;
  readonly release: Release;
  readonly number: number;
  /** All of the project. */
  readonly siblings: readonly Release[];
}

/** The names that were there, with those which a Release brings. What is left out is told in an event. */
export function withNames(
  deps: Pick<ReconcilerDeps, "events" | "extensions">,
  numbered: Numbered,
  { triggers, aliases }: Names,
): Names {
  const added = freeAliasesOf(deps, numbered).filter(
    ({ value }) => !aliases.some((alias) => alias.value === value),
  );
  return {
    triggers: boundedTriggers(deps, numbered.release, triggers),
    aliases: withinBytes([...aliases, ...added], limits.aliasBytes),
  };
}

/** What does not fit is said, since a rule may wait for just that trigger. */
function boundedTriggers(
  { events }: Pick<ReconcilerDeps, "events">,
  release: Release,
  before: readonly Trigger[],
): Trigger[] {
  const triggers = withTrigger(before, release.spec.trigger);
  const kept = withinBytes(triggers, limits.triggerBytes);
  if (kept.length < triggers.length) {
    events.record(release, {
      type: "Warning",
      reason: "TriggerDropped",
      action: "Number",
      note: `${triggers.length - kept.length} triggers do not fit into the status; release the commit's successor.`,
    });
  }
  return kept;
}

function freeAliasesOf(
  { events, extensions }: Pick<ReconcilerDeps, "events" | "extensions">,
  { project, release, number, siblings }: Numbered,
): Alias[] {
  const { free, taken } = freeAliases(project, release, number, siblings, extensions);
  for (const { alias, holder } of taken) {
    events.record(release, {
      type: "Warning",
      reason: "AliasTaken",
      action: "Number",
      note: `Release ${holder} holds the alias ${alias} and keeps it.`,
    });
  }
  return free;
}
