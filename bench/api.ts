import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer, tokenOf } from "../test/ground/index.ts";
import {
  busyProject,
  type Cluster,
  namespace,
  repository,
  type Sizes,
  startCluster,
} from "./api/cluster.ts";
import { askOften } from "./api/load.ts";
import { memoryOf } from "./controller/process-figures.ts";
import { bundle } from "./controller/program.ts";
import { atMost, type Benchmark, median, type Result, type Row } from "./frame.ts";

const sizes: Sizes = {
  projects: Number(process.env["PROJECTS"] ?? 1_000),
  releases: 2,
  history: 200,
};
const loads = [
  { clients: 1, requests: 60 },
  { clients: 50, requests: 400 },
  { clients: 500, requests: 1_000 },
] as const;
const runs = 3;

const project = `${encodeURIComponent(repository)}/${busyProject}`;
const questions = [
  {
    name: "matrix, first page",
    path: "/v1/matrix?limit=50",
    kind: "releasepointers",
    selector: "",
  },
  {
    name: "matrix, filtered",
    path: "/v1/matrix?limit=50&search=project-05&environment=production",
    kind: "releasepointers",
    selector: "spec.environment=production",
  },
  {
    name: "releases of a project",
    path: `/v1/releases/${project}`,
    kind: "releases",
    selector: `spec.project=${busyProject}`,
  },
  {
    name: "deployment history",
    path: `/v1/deployments/production/${project}`,
    kind: "releasedeployments",
    selector: `spec.project=${busyProject},spec.environment=production`,
  },
] as const;

export const api: Benchmark = {
  name: "api",
  about: `forge-server in a cluster of ${sizes.projects} projects in 6 environments: what pages ask for, by 1, 50 and 500 clients at once. The reference is kubectl get -o json of the same objects, once.`,
  run: measure,
};

async function measure(progress: (text: string) => void): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "forge-bench-api-"));
  try {
    await using cluster = await startCluster(join(folder, "control-plane"), sizes, progress);
    return await measureServer(folder, cluster, progress);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureServer(
  folder: string,
  { plane, kubectl }: Cluster,
  progress: (text: string) => void,
): Promise<Result> {
  const program = await bundle("cmd/forge-server/main.ts", folder);
  const server = await startServer({
    program,
    kubeconfig: plane.kubeconfigFor("forge-server"),
    logFile: join(folder, "server.log"),
    args: [
      "--log-level=info",
      "--rate=100000",
      "--burst=100000",
      "--concurrency=1000",
      "--concurrency-per-caller=1000",
    ],
  });
  const token = tokenOf(plane.kubeconfigFor("reader"));
  const rows: Row[] = [];
  const measured = new Map<string, number>();
  try {
    for (const { name, path, kind, selector } of questions) {
      const reference: number[] = [];
      for (let run = 0; run < runs; run++) {
        const startedAt = performance.now();
        const selected = selector === "" ? [] : ["--field-selector", selector];
        await kubectl.output(["-n", namespace, "get", kind, "-o", "json", ...selected]);
        reference.push(performance.now() - startedAt);
      }
      const beside = median(reference);
      for (const load of loads) {
        progress(`${name}: ${load.clients} clients`);
        const all = [];
        for (let run = 0; run < runs; run++)
          all.push(await askOften(server.url, token, path, load));
        for (const metric of ["median", "p99"] as const) {
          const value = median(all.map((times) => times[metric]));
          measured.set(`${name} ${load.clients} ${metric}`, value);
          rows.push({
            case: `${name}, ${load.clients} clients`,
            metric,
            unit: "ms",
            median: value,
            runs,
            reference: beside,
            ratio: value / beside,
          });
        }
        if (load.clients === 1) {
          const kilobytes = (all[0]?.bytes ?? 0) / 1_024;
          rows.push({
            case: name,
            metric: "size of the answer",
            unit: "kB",
            median: kilobytes,
            runs: 1,
          });
        }
      }
    }
    const { residentMb, peakMb } = memoryOf(server.process.pid);
    rows.push({
      case: "forge-server",
      metric: "resident memory",
      unit: "MB",
      median: residentMb,
      runs: 1,
    });
    rows.push({ case: "forge-server", metric: "peak memory", unit: "MB", median: peakMb, runs: 1 });
    const of = (key: string) => measured.get(key) ?? Number.NaN;
    return {
      rows,
      targets: [
        atMost("matrix, first page: ms, median of 1 client", 50, of("matrix, first page 1 median")),
        atMost("matrix, first page: ms, p99 of 50 clients", 500, of("matrix, first page 50 p99")),
        atMost("resident memory: MB, at its peak", 250, peakMb),
      ],
    };
  } finally {
    await server.process.stop();
  }
}
