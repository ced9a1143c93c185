import { inc } from "semver";
import { type Bump, bumps, type Changeset } from "./changeset.ts";

const headings: Readonly<Record<Bump, string>> = {
  major: "Major Changes",
  minor: "Minor Changes",
  patch: "Patch Changes",
};

/** The version that the largest of the changes leads to. */
export function nextVersion(current: string, changes: readonly Changeset[]): string {
  const largest = bumps.findLast((bump) => changes.some((change) => change.bump === bump));
  const next = largest && inc(current, largest);
  if (!next) throw new Error(`no version follows ${current}: it has no changes, or is not semver`);
  return next;
}

/** The part of the changelog that describes one version, the larger changes first. */
export function sectionOf(version: string, date: string, changes: readonly Changeset[]): string {
  const parts = bumps.toReversed().flatMap((bump) => {
    const entries = changes.filter((change) => change.bump === bump);
    if (entries.length === 0) return [];
    return [`### ${headings[bump]}`, entries.map(({ summary }) => item(summary)).join("\n")];
  });
  return [`## ${version} (${date})`, ...parts].join("\n\n");
}

function item(summary: string): string {
  const [first = "", ...rest] = summary.split("\n");
  return [`- ${first}`, ...rest.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
}

/** The changelog with a section before those of earlier versions. */
export function withSection(changelog: string, section: string): string {
  const at = changelog.search(/^## /m);
  if (at === -1) return `${changelog.trimEnd()}\n\n${section}\n`;
  return `${changelog.slice(0, at)}${section}\n\n${changelog.slice(at)}`;
}
