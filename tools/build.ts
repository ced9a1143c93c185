// Puts the programs and files that tests and the demo use into the cache of tools: `node
// tools/build.ts`, or those that are named: `node tools/build.ts cue.wasm`. A published program is
// downloaded where that works, and built otherwise. What only some machines can run is to be named.
import { buildModule, fetchSources } from "./build-module.ts";
import { missingWork, type Work } from "./choose.ts";
import { downloadArchive } from "./download.ts";
import { type Archive, archiveOf, mayDownload } from "./downloads.ts";
import { requireGo } from "./go.ts";
import { locateTool } from "./locate.ts";
import { StatusLine } from "./status-line.ts";

const status = new StatusLine();
const isMissing = (name: string) => locateTool(name) === undefined;

/** Downloads what is published of the work; returns what is left to be built. */
async function download(work: Work): Promise<Work> {
  const archives = new Map<Archive, string[]>();
  for (const name of mayDownload() ? work.names : []) {
    const archive = archiveOf(name);
    if (archive !== undefined) archives.set(archive, [...(archives.get(archive) ?? []), name]);
  }
  const had: string[] = [];
  const each = [...archives].map(async ([archive, names]) => {
    try {
      await downloadArchive(archive);
      had.push(...names);
      status.print(`tools: ${names.join(", ")} ${archive.version} downloaded`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      status.print(`tools: ${names.join(", ")} will be built: ${reason}`);
    }
  });
  await Promise.all(each);
  return { ...work, names: work.names.filter((name) => !had.includes(name)) };
}

/** Builds one after another, while the sources of the next ones arrive. */
async function provide(missing: readonly Work[]): Promise<void> {
  const isPublished = ({ names }: Work) => names.some((name) => archiveOf(name) !== undefined);
  // The first build need not wait for a download that may fail.
  const ordered = [
    ...missing.filter((work) => !isPublished(work)),
    ...missing.filter((work) => isPublished(work)),
  ];
  const left = ordered.map(download);
  let previous: Promise<unknown> = Promise.resolve();
  const ready = left.map((work) => {
    const before = previous;
    const fetched = work.then(async (one) => {
      if (one.names.length === 0) return one;
      requireGo();
      await before;
      await fetchSources(one);
      return one;
    });
    previous = fetched;
    return fetched;
  });
  // Each is awaited below, but one may fail while an earlier one is being built.
  for (const one of ready) one.catch(() => undefined);
  for (const [index, one] of ready.entries()) {
    const text = `tools: ${ordered[index]?.names.join(", ")}: fetching sources`;
    const clock = setInterval(() => status.update(text), 1_000);
    const work = await one.finally(() => clearInterval(clock));
    if (work.names.length === 0) continue;
    const rest = ordered.slice(index + 1).flatMap(({ names }) => names);
    await buildModule(work, status, rest.filter(isMissing));
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
try {
  await provide(missingWork(process.argv.slice(2), (name) => !isMissing(name)));
} catch (error) {
  status.print(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
