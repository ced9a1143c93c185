import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output, RepoServerClient } from "../test/ground/index.ts";
import { memoryOf } from "./controller/process-figures.ts";
import { atMost, type Benchmark, median, type Row, type Target, timing } from "./frame.ts";
import { SocketClient } from "./plugin/client.ts";
import { Ground, type Published } from "./plugin/ground.ts";
import { peersOf } from "./plugin/peers.ts";

const sizes = [5, 50, 500];
const runs = 7;
const crowds = [200, 500];
const crowdRuns = 3;
const memoryLimitMb = 150;

/** From a pointer to manifests: over the socket, and through Argo CD's own repo-server. */
export const plugin: Benchmark = {
  name: "plugin",
  about:
    "a pointer's manifests over the plugin's socket, first (pull and verify) and warm, beside `helm template` and `kubectl kustomize` of the same objects, and forge's own `generate`, as whole processes; then many applications at once through Argo CD's repo-server, beside a plugin that does nothing.",
  run: async (progress) => {
    const folder = mkdtempSync(join(tmpdir(), "fp-"));
    progress("starting a registry, Argo CD's repo-server and the plugin");
    const ground = await Ground.start(folder);
    try {
      const rows: Row[] = [];
      const targets: Target[] = [];
      for (const size of sizes) {
        progress(`${size} manifests: ${runs} runs of each`);
        const found = await measureSize(ground, size);
        rows.push(...found.rows);
        targets.push(...found.targets);
      }
      for (const crowd of crowds) {
        progress(`${crowd} applications at once: ${crowdRuns} runs of each`);
        const found = await measureCrowd(ground, crowd);
        rows.push(...found.rows);
        targets.push(...found.targets);
      }
      return { rows, targets };
    } finally {
      await ground.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measureSize(
  ground: Ground,
  size: number,
): Promise<{ rows: Row[]; targets: Target[] }> {
  const client = new SocketClient(ground.socket);
  const peers = peersOf(ground.folder, size);
  const work = join(ground.folder, "generate");
  mkdirSync(work, { recursive: true });
  const times = { first: [], warm: [], helm: [], kustomize: [], command: [] } as Record<
    "first" | "warm" | "helm" | "kustomize" | "command",
    number[]
  >;
  for (let index = 0; index <= runs; index++) {
    const { path, pointer, tgz } = await ground.publish(`size-${size}`, size, index);
    writeFileSync(join(work, "release.yaml"), pointer);
    const clock = async (name: keyof typeof times, act: () => Promise<unknown>) => {
      const started = performance.now();
      await act();
      // The first pays for what is made once.
      if (index > 0) times[name].push(performance.now() - started);
    };
    await clock("first", () => client.generate(path, tgz));
    await clock("warm", () => client.generate(path, tgz));
    await clock("helm", peers.helm);
    await clock("kustomize", peers.kustomize);
    await clock("command", () =>
      output(process.execPath, [ground.program, "generate", `--registry=${ground.registry}`], {
        cwd: work,
        env: { ARGOCD_APP_SOURCE_PATH: path },
      }),
    );
  }
  client.close();
  const name = `${size} manifests`;
  const rows = [
    timing(name, "first, beside helm template", times.first, times.helm),
    timing(name, "warm, beside helm template", times.warm, times.helm),
    timing(name, "warm, beside kubectl kustomize", times.warm, times.kustomize),
    timing(name, "generate as a process, beside helm template", times.command, times.helm),
  ];
  if (size !== 50) return { rows, targets: [] };
  const ratio = median(times.warm) / median(times.helm);
  return {
    rows,
    targets: [
      atMost("warm, 50 manifests, ms", 10, median(times.warm)),
      atMost("warm, 50 manifests, of helm's time", 0.1, ratio),
    ],
  };
}

async function measureCrowd(
  ground: Ground,
  crowd: number,
): Promise<{ rows: Row[]; targets: Target[] }> {
  const client = new RepoServerClient(ground.argoCD.repoServer);
  const projects = Array.from({ length: crowd }, (_none, index) => `app-${index}`);
  const published: Published[] = [];
  // A registry on the same two cores: a few at a time.
  for (let at = 0; at < crowd; at += 20) {
    const some = projects.slice(at, at + 20);
    published.push(...(await Promise.all(some.map((each) => ground.publish(each, 5, crowd)))));
  }
  const revision = await ground.commit(published);
  const ask = async (plugin: string): Promise<number> => {
    const started = performance.now();
    await Promise.all(
      published.map(({ path }, index) =>
        client.manifests({
          application: `app-${index}`,
          repoUrl: `file://${ground.repository}`,
          revision,
          path,
          plugin,
        }),
      ),
    );
    return performance.now() - started;
  };
  const times = { cold: [] as number[], warm: [] as number[], empty: [] as number[] };
  let peakMb = 0;
  for (let index = 0; index <= crowdRuns; index++) {
    await ground.startPlugin();
    const empty = await ask("empty");
    const cold = await ask("forge-v1");
    const warm = await ask("forge-v1");
    peakMb = Math.max(peakMb, memoryOf(ground.plugin?.pid ?? -1).peakMb);
    // The first run pays for repo-server's own clone.
    if (index === 0) continue;
    times.cold.push(cold);
    times.warm.push(warm);
    times.empty.push(empty);
  }
  client.close();
  const name = `${crowd} applications at once`;
  const rows: Row[] = [
    timing(name, "cold, beside an empty plugin", times.cold, times.empty),
    timing(name, "warm, beside an empty plugin", times.warm, times.empty),
    {
      case: name,
      metric: "memory of the plugin, peak",
      unit: "MB",
      median: peakMb,
      runs: crowdRuns,
    },
  ];
  const ratio = median(times.cold) / median(times.empty);
  return {
    rows,
    targets: [
      ...(crowd === 200
        ? [atMost("200 applications cold, of an empty plugin's time", 1.5, ratio)]
        : []),
      atMost(`memory with ${crowd} applications, MB`, memoryLimitMb, peakMb),
    ],
  };
}
