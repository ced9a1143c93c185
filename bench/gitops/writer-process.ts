// forge's writer as a process of its own, so that its memory can be told: `writer-process.ts <url>
// <pointers>`. Reads how many deployments to ask for at once, a line each time; answers each line,
// and the first before any, with a line of JSON.
import { createInterface } from "node:readline";
import { createGitOpsWriter } from "../../src/gitops/index.ts";
import { ownNetwork } from "../../src/network/index.ts";
import { pointerNames } from "./repository.ts";

export interface WriterFigures {
  readonly ms: number;
  /** Processor time of this process alone. */
  readonly processorMs: number;
  readonly commit: string;
  /** Resident memory now, after a collection, above what it was before the first deployment. */
  readonly residentMiB: number;
  /** The highest that it ever was, above the same. */
  readonly peakMiB: number;
}

const [url = "", pointers = "100"] = process.argv.slice(2);
const signal = AbortSignal.timeout(1_800_000);
await using writer = Object.assign(createGitOpsWriter(), {
  [Symbol.asyncDispose]: () => writer.close(),
});
const author = { name: "forge", email: "forge@example.com" };
let sequence = 1_000_000;

async function deploy(count: number): Promise<string> {
  sequence++;
  const results = await Promise.all(
    Array.from({ length: count }, (_, item) => {
      const index = (sequence * 41 + item * 17) % Number(pointers);
      const { repository, project } = pointerNames(index);
      const hash = (sequence * 1_000 + item).toString(16).padStart(8, "0");
      const deployment = {
        id: `production-${project}-${index}-${sequence * 1_000 + item}`,
        environment: "production",
        repository,
        project,
        commit: hash.repeat(5),
        number: sequence,
        image: {
          repository: `registry.example.com/${project}`,
          digest: `sha256:${hash.repeat(8)}`,
        },
        type: "Deploy",
        by: "bench",
      } as const;
      const request = {
        remote: { url, network: ownNetwork() },
        branch: "main",
        author,
        deployment,
      };
      return writer.commit({ ...request, deadlineMs: 300_000 }, signal);
    }),
  );
  return results.at(-1)?.commit ?? "";
}

const mebibyte = 2 ** 20;
globalThis.gc?.();
const idle = process.memoryUsage().rss;

async function answer(count: number): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  const commit = await deploy(count);
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  const processorMs = (user + system) / 1_000;
  globalThis.gc?.();
  const residentMiB = (process.memoryUsage().rss - idle) / mebibyte;
  const peakMiB = (process.resourceUsage().maxRSS * 1024 - idle) / mebibyte;
  const figures: WriterFigures = { ms, processorMs, commit, residentMiB, peakMiB };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

await answer(1);
for await (const line of createInterface({ input: process.stdin })) await answer(Number(line));
