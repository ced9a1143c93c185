import { join } from "node:path";
import type { Ledger, PageRequest } from "../../src/ledger/index.ts";
import { atMost, median, type Result, type Row, timing } from "../frame.ts";
import { fact, facts } from "./entries.ts";
import { PlainSqlite } from "./plain-sqlite.ts";

const runs = 25;
const batch = 1_000;

/** Fills a ledger and a plain table alike, and measures one after the other in turns. */
export async function measureLedger(
  ledger: Ledger,
  kind: string,
  entries: number,
  folder: string,
  progress: (text: string) => void,
): Promise<Result> {
  const plain = new PlainSqlite(join(folder, "plain.db"));
  const [batches, batchesBeside] = [[] as number[], [] as number[]];
  for (let from = 1; from <= entries; from += batch) {
    batches.push(await timed(() => ledger.append(facts(from, batch))));
    batchesBeside.push(await timed(() => plain.insert(batch)));
    if (from % 100_000 === 1) progress(`${kind}: ${from - 1} entries`);
  }
  const [singles, singlesBeside] = [[] as number[], [] as number[]];
  for (let index = 1; index <= runs * 4; index += 1) {
    singles.push(await timed(() => ledger.append([fact(entries + index)])));
    singlesBeside.push(await timed(() => plain.insert(1)));
  }
  const rows: Row[] = [
    timing(kind, `append of ${batch}, up to ${entries} entries`, batches, batchesBeside),
    timing(kind, `append of 1 at ${entries} entries`, singles, singlesBeside),
  ];
  const where = (index: number) => Math.floor((entries * (index + 1)) / (runs + 1));
  const project = { repository: "company/monorepo", project: "service-7" };
  const place = { ...project, environment: "staging" };
  const pages: readonly [string, PageRequest][] = [
    ["of a pointer", place],
    ["of API actions", { kinds: ["Action"] }],
    ["of what a person did", { actor: "user-7", namespaces: ["team-3"] }],
    ["of eight tenants", { namespaces: ["a", "b", "c", "d", "e", "team-1", "team-2", "team-3"] }],
    ["of a project's releases, of which there are none", { ...project, kinds: ["Release"] }],
    ["of an environment", { environment: "dev" }],
    [
      "since an hour ago",
      { since: new Date(Date.UTC(2026, 0, 1) + (entries - 3_600) * 1_000).toISOString() },
    ],
    ["of tenants that have none", { namespaces: ["none", "nobody"] }],
  ];
  const slowest: number[] = [];
  for (const [name, request] of pages) {
    const [times, beside] = [[] as number[], [] as number[]];
    for (let index = 0; index < runs; index += 1) {
      const after = where(index);
      times.push(await timed(() => ledger.read({ ...request, after, limit: 50 })));
      beside.push(await timed(() => plain.page(after, place.project, place.environment)));
    }
    rows.push(timing(kind, `page of 50 ${name}; beside, of a pointer`, times, beside));
    slowest.push(median(times));
  }
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 50);
  const verified = await timed(async () => {
    const { damage, entries: read } = await ledger.verify();
    if (damage !== undefined) throw new Error(damage.message);
    progress(`${kind}: verified ${read}`);
  });
  clearInterval(watch);
  rows.push(timing(kind, "verify everything", [verified], [await timed(() => plain.hashAll())]));
  plain.close();
  return {
    rows,
    targets: [
      atMost(`${kind}: slowest median page, ms`, 50, Math.max(...slowest)),
      atMost(`${kind}: memory that verify adds, MiB`, 128, (peak - before) / 2 ** 20),
    ],
  };
}

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
