import { canonicalJson } from "../../api/index.ts";
import type { Details, Entry, EntryKind } from "../ports.ts";
import type { EntryRow } from "./tables.ts";

export function rowOf(entry: Entry): EntryRow {
  const { recordedAt, repository, project, environment, actor, details, ...rest } = entry;
  return {
    ...rest,
    recorded_at: recordedAt,
    repository: repository ?? null,
    project: project ?? null,
    environment: environment ?? null,
    actor: actor ?? null,
    details: canonicalJson(details),
  };
}

/** @throws SyntaxError when the details of the row are no JSON: somebody else wrote them. */
export function entryOf(row: EntryRow): Entry {
  const { recorded_at, repository, project, environment, actor, details, kind, ...rest } = row;
  return {
    ...rest,
    kind: kind as EntryKind,
    recordedAt: recorded_at,
    ...(repository !== null && { repository }),
    ...(project !== null && { project }),
    ...(environment !== null && { environment }),
    ...(actor !== null && { actor }),
    details: JSON.parse(details) as Details,
  };
}
