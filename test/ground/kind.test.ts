import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { chosenMaker } from "./cluster.ts";
import { createKind, kindNetwork, lacksForKind } from "./kind.ts";
import { trustRegistry } from "./kind-cluster.ts";
import { serverOf, tokenOf, writeKubeconfig } from "./kubeconfig.ts";

const root = mkdtempSync(join(tmpdir(), "forge-kind-"));
const kubeconfig = `apiVersion: v1
kind: Config
clusters: [{name: kind-x, cluster: {server: "https://127.0.0.1:6001", certificate-authority-data: Q0E=}}]
users: [{name: kind-x, user: {client-certificate-data: Qw==, client-key-data: Sw==}}]
contexts: [{name: kind-x, context: {cluster: kind-x, user: kind-x}}]
current-context: kind-x
`;
let folder: string;
let programs: string;

/** A program that notes its arguments and what it is given, and then runs a script. */
function double(name: string, script: string): void {
  const log = join(programs, "log");
  const file = join(programs, name);
  writeFileSync(
    file,
    `#!/bin/sh\nPATH=/usr/bin:/bin\nprintf '%s\\n' "${name} $*" >> ${log}\n${script}\n`,
  );
  chmodSync(file, 0o755);
}

function commands(): string[] {
  return readFileSync(join(programs, "log"), "utf8").trim().split("\n");
}

beforeEach(() => {
  folder = mkdtempSync(join(root, "cluster-"));
  programs = join(folder, "programs");
  mkdirSync(programs);
  // No engine and no kind of this machine.
  vi.stubEnv("PATH", programs);
  writeFileSync(join(folder, "kubeconfig"), kubeconfig);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("kind is refused in one line", () => {
  test.each([
    {
      because: "the engine does not answer",
      docker: `echo "Client:"; echo "ERROR: Cannot connect to the Docker daemon" >&2; exit 1`,
      kind: "exit 0",
      says: /needs a container engine that answers: .*\(docker info: Cannot connect to the Docker daemon\)$/,
    },
    {
      because: "kind is not installed",
      docker: "exit 0",
      kind: undefined,
      says: /^CLUSTER=kind needs kind on the PATH: https:\S+, or leave CLUSTER out$/,
    },
    {
      because: "kind does not run",
      docker: "exit 0",
      kind: "exit 126",
      says: /^CLUSTER=kind needs kind on the PATH/,
    },
  ])("because $because", async ({ docker, kind, says }) => {
    double("docker", docker);
    if (kind !== undefined) double("kind", kind);
    expect(lacksForKind()).toMatch(says);
    await expect(createKind({ name: "x", folder })).rejects.toThrow(says);
  });

  test("because there is no engine", () => {
    expect(lacksForKind()).toMatch(/^CLUSTER=kind needs a container engine: install Docker/);
  });
});

test("kind can run where the engine answers and kind is there", () => {
  double("docker", "exit 0");
  double("kind", "exit 0");
  expect(lacksForKind()).toBeUndefined();
});

describe("a cluster of kind", () => {
  beforeEach(() => double("docker", 'case "$1" in exec) cat >> "$0.input" ;; esac'));

  test("is created and deleted with a kubeconfig of its own, in place of an older one", async () => {
    double("kind", "exit 0");
    const kind = await createKind({ name: "x", folder });
    await kind.loadImage("image.tar");
    await kind.delete();
    const ours = `--name x --kubeconfig ${join(folder, "kubeconfig")}`;
    expect(commands()).toEqual([
      "docker info",
      "kind version",
      `kind delete cluster ${ours}`,
      `kind create cluster ${ours} --config ${join(folder, "kind.json")} --wait 3m`,
      "kind load image-archive image.tar --name x",
      `kind delete cluster ${ours}`,
    ]);
  });

  test("is configured as kind-config.yaml says, and as its caller adds", async () => {
    double("kind", "exit 0");
    const config = { kubeadmConfigPatches: ["kind: KubeletConfiguration"] };
    await createKind({ name: "x", folder, config });
    expect(JSON.parse(readFileSync(join(folder, "kind.json"), "utf8"))).toEqual({
      kind: "Cluster",
      apiVersion: "kind.x-k8s.io/v1alpha4",
      name: "x",
      nodes: [{ role: "control-plane", image: expect.stringMatching(/^kindest\/node:v/) }],
      kubeadmConfigPatches: ["kind: KubeletConfiguration"],
    });
  });

  test("that cannot be created is removed, and what kind said is told", async () => {
    double("kind", 'case "$*" in *create*) echo "ERROR: no space left" >&2; exit 1 ;; esac');
    await expect(createKind({ name: "x", folder })).rejects.toThrow("ERROR: no space left");
    expect(commands().at(-1)).toMatch(/^kind delete cluster --name x/);
  });

  test("pulls from a registry in plain http", async () => {
    double("kind", "exit 0");
    const kind = await createKind({ name: "x", folder });
    await trustRegistry(kind, "172.18.0.1:5000");
    expect(commands().at(-1)).toMatch(
      /^docker exec --interactive x-control-plane sh -c .+ \/etc\/containerd\/certs\.d\/172\.18\.0\.1:5000$/,
    );
    expect(readFileSync(join(programs, "docker.input"), "utf8")).toContain(
      '[host."http://172.18.0.1:5000"]',
    );
  });

  const inspected = (ipv4: object) =>
    JSON.stringify([{ IPAM: { Config: [{ Subnet: "fc00::/64", Gateway: "fc00::1" }, ipv4] } }]);

  test("reaches this machine at the engine's end of its network", async () => {
    const network = inspected({ Subnet: "127.0.0.0/8", Gateway: "127.0.0.1" });
    double("docker", `echo '${network}'`);
    expect(await kindNetwork()).toEqual({ hostAddress: "127.0.0.1", range: "127.0.0.0/8" });
  });

  test("is refused for tests of pods where the engine has a machine of its own", async () => {
    const network = inspected({ Subnet: "203.0.113.0/24", Gateway: "203.0.113.1" });
    double("docker", `echo '${network}'`);
    await expect(kindNetwork()).rejects.toThrow("203.0.113.1 is no address of it");
  });
});

describe("a kubeconfig", () => {
  test("enters with a token in place of a certificate", () => {
    const file = writeKubeconfig(join(folder, "admin"), join(folder, "kubeconfig"), { token: "t" });
    expect(tokenOf(file)).toBe("t");
    expect(serverOf(file)).toBe("https://127.0.0.1:6001");
    expect(readFileSync(file, "utf8")).not.toContain("client-certificate-data");
  });

  test("enters in the name of another", () => {
    const admin = writeKubeconfig(join(folder, "admin"), join(folder, "kubeconfig"), {
      token: "t",
    });
    const file = writeKubeconfig(join(folder, "alice"), admin, { as: "alice" });
    const { users } = JSON.parse(readFileSync(file, "utf8")) as { users: { user: object }[] };
    expect(users.map(({ user }) => user)).toEqual([{ token: "t", as: "alice" }]);
  });
});

test.each([
  { value: undefined, maker: "processes" },
  { value: "", maker: "processes" },
  { value: "kind", maker: "kind" },
])("CLUSTER=$value makes a cluster of $maker", ({ value, maker }) => {
  expect(chosenMaker({ CLUSTER: value })).toBe(maker);
});

test("another CLUSTER is an error that names the one there is", () => {
  expect(() => chosenMaker({ CLUSTER: "k3d" })).toThrow("CLUSTER is k3d: set it to kind");
});
