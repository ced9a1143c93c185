import { foreignText } from "../../api/index.ts";
import type { Deployment } from "../ports.ts";

// Trailers are the last paragraph alone (git-interpret-trailers). Every text that a person gave is
// put on one line of an earlier paragraph, or behind a key of ours: it can end neither.

export interface DeploymentTrailers {
  readonly environment?: string;
  /** <repository>/<project>@<commit> */
  readonly release?: string;
  readonly deployment?: string;
  readonly request?: string;
}

const trailerKeys = {
  "Forge-Environment": "environment",
  "Forge-Release": "release",
  "Forge-Deployment": "deployment",
  "Forge-Request": "request",
} as const;

const maxReason = 1_000;

export function commitMessage(deployment: Deployment): string {
  const { environment, repository, project, commit, id, requestId } = deployment;
  const trailers = [
    `Forge-Environment: ${oneLine(environment)}`,
    `Forge-Release: ${oneLine(`${repository}/${project}@${commit}`)}`,
    `Forge-Deployment: ${oneLine(id)}`,
    ...(requestId === undefined ? [] : [`Forge-Request: ${oneLine(requestId)}`]),
  ];
  const paragraphs = [subject(deployment), body(deployment).join("\n"), trailers.join("\n")];
  return `${paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")}\n`;
}

/** What a commit says of its deployment; nothing of it when the commit is not forge's. */
export function parseTrailers(message: string): DeploymentTrailers {
  const paragraphs = message.trimEnd().split(/\n{2,}/);
  if (paragraphs.length < 2) return {};
  const found: { -readonly [Key in keyof DeploymentTrailers]: DeploymentTrailers[Key] } = {};
  for (const line of paragraphs.at(-1)?.split("\n") ?? []) {
    const [, key, value] = /^(Forge-[A-Za-z]+): (.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined && Object.hasOwn(trailerKeys, key)) {
      found[trailerKeys[key as keyof typeof trailerKeys]] = value;
    }
  }
  return found;
}

function subject(deployment: Deployment): string {
  const project = oneLine(deployment.project);
  const environment = oneLine(deployment.environment);
  const release = `release ${releaseName(deployment)}`;
  if (deployment.type === "Rollback") return `Rollback ${project} in ${environment} to ${release}`;
  return `${deployment.type} ${project} to ${environment}: ${release}`;
}

function body(deployment: Deployment): string[] {
  const { type, previous, by, reason } = deployment;
  const lines: string[] = [];
  if (type === "Rollback") {
    if (previous !== undefined) lines.push(`Previous release: ${releaseName(previous)}`);
    lines.push(`Rolled back by: ${oneLine(by)}`);
  }
  const why = oneLine(reason ?? "");
  if (why !== "") lines.push(`Reason: ${why}`);
  return lines;
}

function releaseName(release: { number: number; version?: string }): string {
  const version = oneLine(release.version ?? "");
  return version === "" ? String(release.number) : `${release.number} (${version})`;
}

/** A line of a message, as it is written and as it is read: others may push commits too. */
export function oneLine(text: string): string {
  return foreignText(text, maxReason);
}
