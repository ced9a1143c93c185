import { requestIdIn } from "../../api/index.ts";
import type { DeploymentType } from "../ports.ts";
import { oneLine, parseTrailers } from "./commit-message.ts";

/** What commitMessage wrote of a deployment. */
export interface ReadMessage {
  readonly deployment: string;
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  readonly commit: string;
  readonly type: DeploymentType;
  readonly number: number;
  readonly version?: string;
  readonly reason?: string;
  readonly requestId?: string;
  /** Of a rollback alone. */
  readonly by?: string;
  readonly previous?: { readonly number: number; readonly version?: string };
}

/** undefined when the message is not one that forge wrote. */
export function readMessage(message: string): ReadMessage | undefined {
  const { deployment, environment, release, request } = parseTrailers(message);
  const [, repository, project, commit] =
    /^(.+)\/([^/@]+)@([0-9a-f]{40}|[0-9a-f]{64})$/.exec(release ?? "") ?? [];
  const paragraphs = message.trimEnd().split(/\n{2,}/);
  const [, type, name = ""] =
    /^(Deploy|Promote|Rollback) .*? release ([0-9].*)$/.exec(subjectOf(paragraphs)) ?? [];
  const released = readName(name);
  if (!deployment || !environment || !repository || !project || !commit || !released) {
    return undefined;
  }
  const body = paragraphs.length > 2 ? (paragraphs[1] ?? "").split("\n") : [];
  const said = (key: string) =>
    body.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
  const isRollback = type === "Rollback";
  const reason = said("Reason");
  const requestId = requestIdIn(request);
  const by = isRollback ? said("Rolled back by") : undefined;
  const previous = isRollback ? readName(said("Previous release") ?? "") : undefined;
  return {
    deployment,
    environment,
    repository,
    project,
    commit,
    type: type as DeploymentType,
    ...released,
    ...(reason && { reason: oneLine(reason) }),
    ...(requestId && { requestId }),
    ...(by && { by: oneLine(by) }),
    ...(previous && { previous }),
  };
}

/** One line: in several the pattern would go to the end of the line from each of its beginnings. */
function subjectOf([first = ""]: readonly string[]): string {
  return first.includes("\n") ? "" : first;
}

/** "42 (v1.2.3)" or "42". */
function readName(text: string): { number: number; version?: string } | undefined {
  const [, number, version] = /^([0-9]{1,15})(?: \((.+)\))?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return { number: Number(number), ...(version !== undefined && { version: oneLine(version) }) };
}
