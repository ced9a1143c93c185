import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { projectName } from "../../../src/api/index.ts";
import { requireTool } from "../../../tools/locate.ts";
import {
  type Controller,
  commitFiles,
  createBareRepository,
  git,
  Kubectl,
  output,
  run,
  startController,
} from "../../ground/index.ts";
import type { GroundAddresses, Person } from "./ground-addresses.ts";
import { ObjectReader } from "./object-reader.ts";

let count = 0;

/** What tests look at in forge's objects, whatever their kind. */
export interface ForgeStatus {
  readonly number?: number;
  readonly joined?: string;
  readonly aliases?: readonly { readonly type: string; readonly value: string }[];
  readonly triggers?: readonly object[];
  readonly image?: { readonly ref: string; readonly digest: string };
  readonly deployment?: { readonly name: string; readonly sequence: number };
  readonly git?: { readonly commit: string; readonly path: string };
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
    readonly observedGeneration?: number;
  }[];
}

export interface ForgeObject {
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: Record<string, unknown>;
  readonly status: ForgeStatus;
}

/** A namespace of its own with a GitOps repository, and what a test does there. */
export class Workspace {
  readonly ground: GroundAddresses;
  readonly namespace: string;
  readonly repository: string;
  readonly kubectl: Kubectl;
  readonly reader: ObjectReader;
  readonly gitOpsFolder: string;

  /** @param ground what every test runs against, unless a cluster of the test's own */
  constructor(name: string, ground: GroundAddresses = inject("ground")) {
    count += 1;
    this.ground = ground;
    this.namespace = `${name}-${process.pid}-${count}`;
    this.repository = `company/${this.namespace}`;
    this.kubectl = new Kubectl(this.ground.kubeconfig);
    this.reader = new ObjectReader(this.ground.kubeconfig);
    this.gitOpsFolder = join(this.ground.gitRoot, `${this.namespace}.git`);
  }

  get gitOpsUrl(): string {
    return `${this.ground.gitUrl}/${this.namespace}.git`;
  }

  /** Makes the namespace, the credentials and the GitOps repository with a first commit. */
  async create(): Promise<void> {
    await this.kubectl.output(["create", "namespace", this.namespace]);
    await createBareRepository(this.gitOpsFolder);
    await commitFiles(this.gitOpsFolder, "main", "First", { "README.md": "Pointers.\n" });
    await this.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "git-credentials" },
      stringData: this.ground.gitCredentials,
    });
  }

  /** kubectl in the hands of somebody who is not the administrator. */
  as(person: Person): Kubectl {
    return new Kubectl(this.ground.people[person]);
  }

  /** Binds somebody to ClusterRoles, in this namespace alone. */
  async bind(person: Person, ...clusterRoles: readonly string[]): Promise<void> {
    for (const role of clusterRoles) {
      await this.kubectl.output([
        ...["-n", this.namespace, "create", "rolebinding", `${person}-${role}`],
        ...[`--clusterrole=${role}`, `--user=${person}`],
      ]);
    }
  }

  /** A controller that sees this namespace alone, unless told to see all. */
  controller(
    options: {
      kubeconfig?: string;
      registry?: string;
      allNamespaces?: boolean;
      program?: string;
      command?: readonly [string, ...string[]];
      /** Tells apart the logs of several. */
      name?: string;
      args?: readonly string[];
      env?: Readonly<Record<string, string>>;
      nodeArgs?: readonly string[];
    } = {},
  ): Promise<Controller> {
    return startController({
      kubeconfig: options.kubeconfig ?? this.ground.controllerKubeconfig,
      registry: `${options.registry ?? this.ground.registry}/releases`,
      ...(!options.allNamespaces && { namespace: this.namespace }),
      ...(options.program !== undefined && { program: options.program }),
      ...(options.command !== undefined && { command: options.command }),
      logFile: join(this.ground.folder, `${this.namespace}-${options.name ?? "controller"}.log`),
      args: options.args ?? [],
      env: options.env ?? {},
      nodeArgs: options.nodeArgs ?? [],
    });
  }

  log(name = "controller"): string {
    return readFileSync(join(this.ground.folder, `${this.namespace}-${name}.log`), "utf8");
  }

  apply(...objects: readonly object[]): Promise<string> {
    return this.kubectl.apply(this.namespace, ...objects);
  }

  async get(kind: string, name: string): Promise<ForgeObject> {
    const object = await this.reader.get<ForgeObject>(this.namespace, kind, name);
    return { ...object, status: object.status ?? {} };
  }

  /** Waits for a condition, such as Ready or Ready=false. */
  async waitFor(condition: string, kind: string, name: string): Promise<ForgeObject> {
    const args = ["wait", `--for=condition=${condition}`, kind, name, "--timeout=30s"];
    const result = await this.kubectl.run(["-n", this.namespace, ...args]);
    if (result.code !== 0) {
      const found = JSON.stringify((await this.get(kind, name)).status, undefined, 1);
      throw new Error(`${kind} ${name} did not become ${condition}: ${result.stderr}${found}`);
    }
    return this.get(kind, name);
  }

  /** Waits until a field that kubectl prints has a value. */
  async waitForField(kind: string, name: string, path: string, value: string): Promise<void> {
    const condition = `--for=jsonpath={${path}}=${value}`;
    await this.kubectl.output([
      ...["-n", this.namespace, "wait", condition, kind, name, "--timeout=30s"],
    ]);
  }

  git(...args: readonly string[]): Promise<string> {
    return git(this.gitOpsFolder, ...args);
  }

  crane(...args: readonly string[]): Promise<string> {
    return output(requireTool("crane"), [...args, "--insecure"]);
  }

  /** All manifests of a release image, as one text. */
  async manifests(ref: string): Promise<string> {
    const name = ref.replace(/:[0-9a-f]+$/, "");
    const { layers } = JSON.parse(await this.crane("manifest", ref)) as {
      layers: { digest: string }[];
    };
    const blob = `"${requireTool("crane")}" blob --insecure "${name}@${layers[0]?.digest}"`;
    return output("sh", ["-c", `${blob} | tar -xzO`]);
  }

  craneFails(...args: readonly string[]): Promise<boolean> {
    return run(requireTool("crane"), [...args, "--insecure"]).then(({ code }) => code !== 0);
  }

  environment(name: string, promotionPolicy: object = {}, gitOps: object = {}): object {
    return {
      apiVersion: "forge.dev/v1alpha1",
      kind: "Environment",
      metadata: { name },
      spec: {
        promotionPolicy,
        gitOps: { url: this.gitOpsUrl, secretRef: { name: "git-credentials" }, ...gitOps },
      },
    };
  }

  /** A Project, by the name that forge itself gives it. */
  project(name: string, spec: object = {}): object {
    return {
      apiVersion: "forge.dev/v1alpha1",
      kind: "Project",
      metadata: { name: projectName(this.repository, name) },
      spec: { repository: this.repository, name, ...spec },
    };
  }

  /** A Release with inline manifests: one ConfigMap, unless others are given. */
  release(name: string, commit: string, spec: object = {}): object {
    const manifests = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {commit: "${commit}"}\n`;
    return {
      apiVersion: "forge.dev/v1alpha1",
      kind: "Release",
      metadata: { name },
      spec: {
        repository: this.repository,
        project: "auth",
        commit: commit.padEnd(40, "0"),
        trigger: { type: "BranchPush", branch: "main" },
        source: { manifests },
        ...spec,
      },
    };
  }

  pointer(environment: string, release: string, spec: object = {}): object {
    return {
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleasePointer",
      metadata: { name: `${environment}-auth` },
      spec: { environment, repository: this.repository, project: "auth", release, ...spec },
    };
  }
}

/** The named condition of an object. */
export function conditionOf(object: ForgeObject, type: string) {
  return object.status.conditions?.find((condition) => condition.type === type);
}

/** The value, which the test rests on. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a value that should be there is missing");
  return value;
}
