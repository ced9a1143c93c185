import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Controller, type FaultProxy, startFaultProxy } from "../../ground/index.ts";
import { kubeconfigVia } from "../ground/kubeconfig-via.ts";
import { present, Workspace } from "../ground/workspace.ts";

/**
 * Several controllers as processes of their own, of which one may work. The leader is stopped,
 * killed and frozen; what comes out must be what one undisturbed controller makes: one number, one
 * image, one commit for each thing.
 */

const short = ["--lease-duration=3s", "--renew-deadline=2s", "--retry-period=500ms"];
/** Longer than any test waits: who takes over under it was handed the lease. */
const long = ["--lease-duration=10m", "--renew-deadline=10s", "--retry-period=500ms"];
const eventually = (check: () => Promise<void>) =>
  vi.waitFor(check, { timeout: 40_000, interval: 250 });

let proxies: { readonly api: FaultProxy; readonly registry: FaultProxy; readonly git: FaultProxy };
let kubeconfig: string;

beforeAll(async () => {
  const { ground } = new Workspace("leader");
  const certificate = join(ground.folder, "control-plane", "certificates", "apiserver.crt");
  proxies = {
    api: await startFaultProxy(ground.apiServer, readFileSync(certificate, "utf8")),
    registry: await startFaultProxy(`http://${ground.registry}`),
    git: await startFaultProxy(ground.gitUrl),
  };
  kubeconfig = kubeconfigVia(ground.kubeconfig, proxies.api.url);
});

afterAll(async () => {
  for (const proxy of Object.values(proxies)) await proxy.stop();
});

class Crew {
  readonly workspace = new Workspace("leader");
  readonly controllers: Controller[] = [];

  async start(count: number, timing: readonly string[]): Promise<void> {
    await this.workspace.create();
    const { namespace } = this.workspace;
    for (let index = 0; index < count; index++) {
      this.controllers.push(
        await this.workspace.controller({
          kubeconfig,
          registry: proxies.registry.host,
          name: String(index),
          args: ["--leader-elect", `--leader-namespace=${namespace}`, ...timing],
        }),
      );
    }
  }

  async #holder(): Promise<string> {
    const { kubectl, namespace } = this.workspace;
    return kubectl.field(namespace, "lease", "forge-controller", ".spec.holderIdentity");
  }

  /** The one that holds the lease, once it is another than this. */
  async leader(other?: Controller): Promise<Controller> {
    return vi.waitFor(
      async () => {
        const holder = await this.#holder();
        const found = this.controllers.find(({ process }) => holder.includes(`-${process.pid}-`));
        if (found === undefined || found === other) throw new Error(`${holder} still leads`);
        return found;
      },
      { timeout: 30_000, interval: 200 },
    );
  }

  logOf(controller: Controller): string {
    return this.workspace.log(String(this.controllers.indexOf(controller)));
  }

  async deploy(name: string, commit: string, identifier: string): Promise<void> {
    const { workspace } = this;
    await workspace.apply(
      workspace.environment("dev", {}, { url: `${proxies.git.url}/${workspace.namespace}.git` }),
      workspace.release(name, commit),
      workspace.pointer("dev", identifier),
    );
  }

  /** Numbers of all Releases, in order. */
  async numbers(): Promise<number[]> {
    const { kubectl, namespace } = this.workspace;
    const path = "jsonpath={.items[*].status.number}";
    const text = await kubectl.output(["-n", namespace, "get", "releases", "-o", path]);
    return text
      .split(" ")
      .map(Number)
      .toSorted((a, b) => a - b);
  }

  /** The deployments that were committed, the oldest first. */
  async commits(): Promise<string[]> {
    const format = "--format=%(trailers:key=Forge-Deployment,valueonly,separator=%x2C)";
    const log = await this.workspace.git("log", "--reverse", format, "main");
    await this.workspace.git("fsck", "--strict");
    return log.split("\n").filter((line) => line !== "");
  }

  /** What a Release's status says of its image, and what the registry holds under its tag. */
  async images(name: string): Promise<string[]> {
    const { status } = await this.workspace.get("release", name);
    // Two of one commit and one second: either may have joined the other.
    if (status["joined"] !== undefined) return this.images(String(status["joined"]));
    const { ref, digest } = present(status.image);
    return [digest, (await this.workspace.crane("digest", ref)).trim()];
  }

  async end(): Promise<void> {
    for (const { process } of this.controllers) {
      process.kill("SIGCONT");
      await process.stop(2_000);
    }
  }
}

let crew: Crew;

afterEach(() => crew.end());

describe("the leader goes", () => {
  test("told to stop, it hands the lease over at once, and no work is half done", async () => {
    crew = new Crew();
    await crew.start(2, long);
    const { workspace } = crew;
    const first = await crew.leader();
    await crew.deploy("r1", "a1", "1");
    await workspace.apply(...[2, 3, 4, 5, 6].map((n) => workspace.release(`r${n}`, `b${n}`)));
    await workspace.waitFor("Ready", "release", "r1");
    first.process.kill("SIGTERM");
    await first.process.exited;
    await crew.leader(first);
    expect(crew.logOf(first)).toContain("leadership released");
    for (const n of [1, 2, 3, 4, 5, 6]) await workspace.waitFor("Ready", "release", `r${n}`);
    await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    expect(await crew.numbers()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await crew.commits()).toHaveLength(1);
  });

  test("killed, another of three leads once the lease has run out", async () => {
    crew = new Crew();
    await crew.start(3, short);
    const { workspace } = crew;
    const first = await crew.leader();
    await crew.deploy("r1", "a1", "1");
    await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    first.process.kill("SIGKILL");
    await crew.leader(first);
    await crew.deploy("r2", "a2", "2");
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
    expect(await crew.numbers()).toEqual([1, 2]);
    expect(await crew.commits()).toHaveLength(2);
    const led = crew.controllers.filter((one) => crew.logOf(one).includes("became leader"));
    expect(led).toHaveLength(2);
  });
});

describe("the leader is frozen with a request on its way, and thawed after another took over", () => {
  const rows = [
    {
      because: "a push arrives late: one commit",
      proxy: "git",
      wanted: /^POST .*\/git-receive-pack/,
      answer: 200,
    },
    {
      because: "the counter is written late: one number",
      proxy: "api",
      wanted: /^PATCH .*\/projects\/[^/]+\/status.*fieldManager=forge-counter/,
      answer: 409,
    },
    {
      because: "a number is given late: one number",
      proxy: "api",
      wanted: /^PATCH .*\/releases\/r1\/status.*fieldManager=forge-numbering/,
      answer: 409,
    },
    {
      because: "an image is pushed late: the same image",
      proxy: "registry",
      wanted: /^PUT .*\/manifests\//,
      answer: 201,
    },
    {
      because: "a deployment is begun late: one deployment",
      proxy: "api",
      wanted: /^PATCH .*\/releasepointers\/dev-auth\/status/,
      answer: 409,
      // Before, the pointer's status speaks of a release that is not there.
      released: true,
    },
  ] as const;

  test.each(rows)("$because", async ({ proxy, wanted, answer, ...row }) => {
    crew = new Crew();
    await crew.start(2, short);
    const { workspace } = crew;
    const first = await crew.leader();
    if ("released" in row) {
      await workspace.apply(workspace.release("r1", "a1"));
      await workspace.waitFor("Ready", "release", "r1");
    }
    const { held, letGo } = proxies[proxy].holdNext(
      ({ method, path }) => path.includes(workspace.namespace) && wanted.test(`${method} ${path}`),
    );
    await crew.deploy("r1", "a1", "1");
    await held;
    first.process.kill("SIGSTOP");
    // The tag joins the release: what the second leader packages knows more than the first did.
    const trigger = { type: "Tag", tag: "auth/v1.0.0" };
    await workspace.apply(workspace.release("r1-tagged", "a1", { trigger }));
    await crew.leader(first);
    await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    await workspace.waitFor("Ready", "release", "r1-tagged");
    expect(await letGo()).toBe(answer);
    first.process.kill("SIGCONT");
    await first.process.exited;
    expect(crew.logOf(first)).toContain("leadership lost");

    await crew.deploy("r2", "a2", "2");
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
    await eventually(async () => expect(await crew.numbers()).toEqual([1, 1, 2]));
    const commits = await crew.commits();
    expect(commits).toHaveLength(2);
    expect(new Set(commits).size).toBe(2);
    for (const name of ["r1", "r2"]) expect(new Set(await crew.images(name)).size).toBe(1);
  });
});
