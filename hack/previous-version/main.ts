// Records what a version of forge leaves behind, as the fixture of test/system/upgrade/upgrade.test.ts:
//   node hack/previous-version/main.ts <checkout of that version, with its node_modules>
// Its CRDs and its controller are run on a real API server, registry and git server.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  commitFiles,
  createBareRepository,
  git,
  Kubectl,
  startController,
  startControlPlane,
  startGitServer,
  startRegistry,
} from "../../test/ground/index.ts";
import { recordImages } from "./images.ts";
import {
  approval,
  broken,
  environment,
  namespace,
  pointer,
  project,
  release,
  repository,
  tagged,
} from "./scenario.ts";

const root = join(import.meta.dirname, "..", "..");
const target = join(root, "test", "system", "upgrade", "previous-version");
const [checkout] = process.argv.slice(2);
if (checkout === undefined) throw new Error("say where the checkout of the previous version is");

const credentials = { username: "forge", password: "of-the-recording" };
const kinds = ["projects", "environments", "releases", "releaseapprovals", "releasepointers"];
const folder = mkdtempSync(join(tmpdir(), "forge-previous-"));
const plane = await startControlPlane({
  folder: join(folder, "plane"),
  users: { "forge-controller": [], alice: [] },
});
const registry = await startRegistry(join(folder, "registry"));
const gitServer = await startGitServer(join(folder, "git"), credentials);
const kubectl = new Kubectl(plane.kubeconfig);
try {
  await run(checkout);
} finally {
  await gitServer.process.stop();
  await registry.process.stop();
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function run(version: string): Promise<void> {
  await kubectl.output(["apply", "-f", join(version, "crds")]);
  await kubectl.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  const binding = ["create", "clusterrolebinding", "forge-controller"];
  await kubectl.output([...binding, "--clusterrole=forge-controller", "--user=forge-controller"]);
  await kubectl.output([
    "create",
    "clusterrolebinding",
    "alice",
    "--clusterrole=cluster-admin",
    "--user=alice",
  ]);
  await kubectl.output(["create", "namespace", namespace]);
  const secret = ["create", "secret", "generic", "git-credentials"];
  const literals = Object.entries(credentials).map(
    ([key, value]) => `--from-literal=${key}=${value}`,
  );
  await kubectl.output(["-n", namespace, ...secret, ...literals]);
  const gitOps = join(gitServer.root, `${namespace}.git`);
  await createBareRepository(gitOps);
  await commitFiles(gitOps, "main", "First", { "README.md": "Pointers.\n" });
  const controller = await startController({
    kubeconfig: plane.kubeconfigFor("forge-controller"),
    registry: `${registry.host}/releases`,
    logFile: join(folder, "controller.log"),
    program: join(version, "cmd", "forge-controller", "main.ts"),
  });
  try {
    await act();
  } finally {
    await controller.process.stop();
  }
  await write(version, gitOps);
}

async function act(): Promise<void> {
  // Policies of kinds that are new take a moment, in which the API server answers 503.
  for (let left = 40; ; left--) {
    try {
      await apply(project);
      break;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  const approved = { requiresApproval: true, approvals: { required: 1 } };
  await apply(environment("dev", gitServer.url, { autoDeploy: true }));
  await apply(environment("production", gitServer.url, approved));
  await apply(release("first", "a1"));
  await deployed("dev", 1);
  await apply(release("second", "b2"));
  await deployed("dev", 2);
  await apply(tagged);
  await wait("Ready", "release", "second-tagged");
  const digest = await field("release", "second", ".status.image.digest");
  await new Kubectl(plane.kubeconfigFor("alice")).apply(namespace, approval("b2", digest));
  await apply(pointer("production", "v1.0.0"));
  await deployed("production", 2);
  await apply(release("third", "c3"));
  await deployed("dev", 3);
  const request = { type: "Rollback", by: "admin", reason: "Logins fail" };
  await merge("dev", { release: "2", request });
  await deployed("dev", 2);
  await apply(broken);
  await wait("Stalled", "release", "broken");
  // Not approved, and so not let in.
  await merge("production", { release: "3", request: { type: "Deploy", by: "admin" } });
  await wait("Allowed=false", "releasepointer", await pointerOf("production"));
  // Records end behind the deployments.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
}

async function apply(object: object): Promise<void> {
  await kubectl.apply(namespace, object);
}

/** The one that autoDeploy made has another name. */
async function pointerOf(environmentName: string): Promise<string> {
  const path = `jsonpath={.items[?(@.spec.environment=="${environmentName}")].metadata.name}`;
  return kubectl.output(["-n", namespace, "get", "releasepointers", "-o", path]);
}

async function merge(environmentName: string, spec: object): Promise<void> {
  const name = await pointerOf(environmentName);
  const patch = ["--type=merge", "-p", JSON.stringify({ spec })];
  await kubectl.output(["-n", namespace, "patch", "releasepointer", name, ...patch]);
}

async function deployed(environmentName: string, number: number): Promise<void> {
  for (let left = 300; left > 0; left--) {
    const name = await pointerOf(environmentName);
    if (name !== "") {
      const found = await field("releasepointer", name, ".status.deployed.number");
      if (found === String(number)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`release ${number} is not in ${environmentName}`);
}

async function wait(condition: string, kind: string, name: string): Promise<void> {
  const args = ["wait", `--for=condition=${condition}`, kind, name, "--timeout=30s"];
  await kubectl.output(["-n", namespace, ...args]);
}

function field(kind: string, name: string, path: string): Promise<string> {
  return kubectl.field(namespace, kind, name, path);
}

async function write(version: string, gitOps: string): Promise<void> {
  rmSync(join(target, "crds"), { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(join(version, "crds"), join(target, "crds"), { recursive: true });
  const all = [...kinds, "releasedeployments"].join(",");
  const get = ["-n", namespace, "get", all, "-o", "json", "--show-managed-fields"];
  const list = JSON.parse(await kubectl.output(get)) as {
    items: { metadata: Record<string, unknown> }[];
  };
  for (const { metadata } of list.items) delete metadata["resourceVersion"];
  save("objects.json", list.items);
  const log = (await git(gitOps, "rev-list", "--reverse", "main")).trim().split("\n");
  const commits = [];
  for (const id of log) commits.push(await commitAt(gitOps, id));
  save("commits.json", commits);
  const images = await recordImages(`${registry.host}/releases/${repository}/auth`);
  save("images.json", images);
  console.log(`${list.items.length} objects, ${log.length} commits, ${readdirSync(target)}`);
}

async function commitAt(gitOps: string, id: string): Promise<object> {
  const message = (await git(gitOps, "log", "-1", "--format=%B", id)).trimEnd();
  const names = await git(gitOps, "show", "--format=", "--name-only", id);
  const files: Record<string, string> = {};
  for (const path of names.trim().split("\n"))
    files[path] = await git(gitOps, "show", `${id}:${path}`);
  return { id, message, files };
}

/** Addresses are those of the run that reads it. */
function save(name: string, value: unknown): void {
  const text = JSON.stringify(value, undefined, 1)
    .replaceAll(gitServer.url, "http://GIT")
    .replaceAll(registry.host, "REGISTRY");
  writeFileSync(join(target, name), `${text}\n`);
}
