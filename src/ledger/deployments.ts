import type { Entry, Page, PageRequest, PointerIdentity, RecordedDeployment } from "./ports.ts";
import { readPage } from "./read.ts";
import { entryOf } from "./store/entry-row.ts";
import type { Store } from "./store/store.ts";

/**
 * A page of a pointer's deployments, each put together from its entries. The page counts by what
 * each begins with.
 */
export async function readDeployments(
  store: Store,
  { namespace, environment, repository, project }: PointerIdentity,
  page: Pick<PageRequest, "order" | "after" | "limit">,
  signal?: AbortSignal,
): Promise<Page<RecordedDeployment>> {
  const first = await readPage(
    store,
    {
      ...page,
      namespaces: [namespace],
      kinds: ["Deployment"],
      events: ["Begun"],
      environment,
      repository,
      project,
    },
    signal,
  );
  if (first.items.length === 0) return { ...first, items: [] };
  const names = first.items.map(({ subject }) => subject);
  const rows = await store.db
    .selectFrom("ledger_entry")
    .selectAll()
    .where("subject", "in", names)
    .where("kind", "=", "Deployment")
    .where("namespace", "=", namespace)
    .orderBy("sequence")
    .execute({ signal });
  const entries = Map.groupBy(rows.map(entryOf), ({ subject }) => subject);
  return {
    ...first,
    items: first.items.map((item) => fold(item, entries.get(item.subject) ?? [])),
  };
}

function fold(begun: Entry, entries: readonly Entry[]): RecordedDeployment {
  const { subject: name, sequence, namespace, environment, repository, project, actor } = begun;
  const last = entries.at(-1) ?? begun;
  const timeOf = (...events: readonly string[]) =>
    entries.find(({ event }) => events.includes(event))?.time;
  const [committedAt, endedAt] = [timeOf("Committed"), timeOf("Superseded", "RolledBack")];
  return {
    ...{ name, sequence, namespace },
    environment: environment ?? "",
    repository: repository ?? "",
    project: project ?? "",
    ...(actor !== undefined && { actor }),
    outcome: last.event,
    begunAt: begun.time,
    ...(committedAt !== undefined && { committedAt }),
    ...(endedAt !== undefined && { endedAt }),
    details: Object.assign({}, ...entries.map(({ details }) => details)),
  };
}
