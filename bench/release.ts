import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  commitFiles,
  installKinds,
  Kubectl,
  output,
  startController,
  startControlPlane,
  startGitServer,
  startRegistry,
} from "../test/ground/index.ts";
import { atMost, type Benchmark, median, type Result, timing } from "./frame.ts";

const runs = 20;
const namespace = "bench";

/** The whole path on real parts, and beside it what a person would do by hand. */
export const release: Benchmark = {
  name: "release",
  about:
    "from kubectl apply of a Release to Ready, beside kubectl apply of a ConfigMap alone; from a changed pointer to its commit on the server, beside git clone, commit and push.",
  run: async (progress) => {
    const folder = mkdtempSync(join(tmpdir(), "forge-bench-"));
    progress("starting etcd, kube-apiserver, a registry, a git server and forge-controller");
    const plane = await startControlPlane({ folder: join(folder, "control-plane") });
    const registry = await startRegistry(join(folder, "registry"));
    const git = await startGitServer(join(folder, "git"));
    const kubectl = new Kubectl(plane.kubeconfig);
    await installKinds(kubectl);
    await kubectl.output(["create", "namespace", namespace]);
    const controller = await startController({
      kubeconfig: plane.kubeconfig,
      registry: `${registry.host}/releases`,
      logFile: join(folder, "controller.log"),
    });
    try {
      const url = await git.createRepository("gitops");
      const bare = join(git.root, "gitops.git");
      await commitFiles(bare, "main", "First", { "README.md": "pointers\n" });
      await kubectl.apply(namespace, environment(url));
      return await measure(kubectl, url, bare, join(folder, "clone"), progress);
    } finally {
      await controller.process.stop();
      await git.process.stop();
      await registry.process.stop();
      await plane.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  kubectl: Kubectl,
  url: string,
  bare: string,
  clone: string,
  progress: (text: string) => void,
): Promise<Result> {
  const ready: number[] = [];
  const applied: number[] = [];
  const committed: number[] = [];
  const byHand: number[] = [];
  // One more than is counted: the first pays for what is made once.
  for (let index = 0; index <= runs; index++) {
    const series = [
      [ready, () => releaseBecomesReady(kubectl, index)],
      [applied, () => applyConfigMap(kubectl, index)],
      [committed, () => pointerIsCommitted(kubectl, bare, index + 1)],
      [byHand, () => commitByHand(url, `${clone}-${index}`, index)],
    ] as const;
    for (const [values, act] of series) {
      const started = performance.now();
      await act();
      if (index > 0) values.push(performance.now() - started);
    }
    if (index % 5 === 0) progress(`${index} of ${runs} runs`);
  }
  return {
    rows: [
      timing("release", "kubectl apply to Ready", ready, applied),
      timing("pointer", "kubectl apply to commit on the server", committed, byHand),
    ],
    targets: [
      atMost("a release is ready within 2 s", 2_000, median(ready)),
      atMost("a commit is on the server within 1 s", 1_000, median(committed)),
    ],
  };
}

async function releaseBecomesReady(kubectl: Kubectl, index: number): Promise<void> {
  const name = `release-${index}`;
  await kubectl.apply(namespace, releaseObject(name, index));
  const wait = ["wait", "--for=condition=Ready", "release", name, "--timeout=60s"];
  await kubectl.output(["-n", namespace, ...wait]);
}

async function applyConfigMap(kubectl: Kubectl, index: number): Promise<void> {
  const name = `config-${index}`;
  await kubectl.apply(namespace, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name },
    data: { index: String(index) },
  });
  // The same number of processes as above.
  await kubectl.output(["-n", namespace, "get", "configmap", name]);
}

async function pointerIsCommitted(kubectl: Kubectl, bare: string, number: number): Promise<void> {
  const ref = join(bare, "refs", "heads", "main");
  const before = readFileSync(ref, "utf8");
  await kubectl.apply(namespace, {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleasePointer",
    metadata: { name: "dev-app" },
    spec: { environment: "dev", repository: "bench", project: "app", release: String(number) },
  });
  const deadline = Date.now() + 60_000;
  while (readFileSync(ref, "utf8") === before) {
    if (Date.now() > deadline) throw new Error(`release ${number} was not committed`);
    await sleep(2);
  }
}

/** What a script would do: the other way to get a line into a GitOps repository. */
async function commitByHand(url: string, clone: string, index: number): Promise<void> {
  await output("git", ["clone", "--quiet", url, clone]);
  const git = (...args: string[]) =>
    output("git", [
      ...["-C", clone, "-c", "user.name=Bench", "-c", "user.email=bench@example.com"],
      ...args,
    ]);
  await output("bash", ["-c", 'echo "run $0" > by-hand.txt', String(index)], { cwd: clone });
  await git("add", "by-hand.txt");
  await git("commit", "--quiet", "--message", "By hand");
  await git("push", "--quiet", "origin", "main");
}

function environment(url: string): object {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Environment",
    metadata: { name: "dev" },
    spec: { gitOps: { url } },
  };
}

function releaseObject(name: string, index: number): object {
  const objects = Array.from({ length: 5 }, (_, item) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: `settings-${item}` },
      data: { index: String(index) },
    }),
  );
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Release",
    metadata: { name },
    spec: {
      repository: "bench",
      project: "app",
      commit: (index + 1).toString(16).padStart(8, "0").padEnd(40, "a"),
      trigger: { type: "Manual" },
      source: { manifests: objects.join("\n---\n") },
    },
  };
}
