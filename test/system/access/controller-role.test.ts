import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { clusterRoles, pointerName } from "../../../src/api/index.ts";
import { requireTool } from "../../../tools/locate.ts";
import { type Controller, startController } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { approval } from "./admission-requests.ts";

/**
 * The controller's roles are the least that works: the API server's own audit log says what was
 * granted and never used, and what was missing.
 */

const user = "forge-controller";
const roles = [
  "forge-controller",
  "forge-controller-admission",
  "forge-controller-leader-election",
];

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

/** What an event asked for, as a role grants it: `patch forge.dev/releases/status`. */
function asked({ verb, objectRef }: AuditEvent): string {
  const { apiGroup = "", resource = "", subresource } = objectRef ?? {};
  return `${verb} ${apiGroup}/${resource}${subresource === undefined ? "" : `/${subresource}`}`;
}

function granted(): string[] {
  return clusterRoles
    .filter(({ metadata }) => roles.includes(metadata.name))
    .flatMap(({ rules }) => rules)
    .flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    );
}

/** forge's own verbs are no requests: the admission policies ask for them, of those below. */
const askedByPolicies: Readonly<Record<string, string>> = {
  "deploy forge.dev/environments": "update forge.dev/releasepointers",
  "record forge.dev/releasedeployments": "create forge.dev/releasedeployments",
};

/** Makes a pointer, moves it, and leaves no room in its history for the record of before. */
async function deployAutomatically(workspace: Workspace): Promise<void> {
  const environment = workspace.environment("auto", { autoDeploy: true }) as { spec: object };
  await workspace.apply({ ...environment, spec: { ...environment.spec, revisionHistoryLimit: 1 } });
  const pointer = pointerName("auto", workspace.repository, "auth");
  for (const number of [1, 2, 3]) {
    if (number > 1) await workspace.apply(workspace.release(`later-${number}`, `b${number}`));
    await vi.waitFor(
      () => workspace.waitForField("rp", pointer, ".status.deployed.number", String(number)),
      { timeout: 30_000 },
    );
  }
  await vi.waitFor(
    async () => {
      const selector = "--field-selector=spec.environment=auto";
      const args = ["-n", workspace.namespace, "get", "rd", selector, "-o", "name"];
      const records = (await workspace.kubectl.output(args)).trim().split("\n");
      if (records.length > 2) throw new Error(`${records.length} records are left`);
    },
    { timeout: 30_000 },
  );
}

describe("the roles of forge-controller", () => {
  const workspace = new Workspace("roles");
  let controller: Controller;

  beforeAll(async () => {
    await workspace.create();
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "create", "rolebinding", "leader-election"],
      ...["--clusterrole=forge-controller-leader-election", `--user=${user}`],
    ]);
    controller = await startController({
      kubeconfig: workspace.ground.controllerKubeconfig,
      registry: `${workspace.ground.registry}/releases`,
      namespace: workspace.namespace,
      logFile: join(workspace.ground.folder, `${workspace.namespace}.log`),
      args: ["--leader-elect", `--leader-namespace=${workspace.namespace}`],
    });
    // While the commit is pushed the pointer changes: the controller must read it again.
    const kubectl = `'${requireTool("kubectl")}' --kubeconfig '${workspace.ground.kubeconfig}'`;
    writeFileSync(
      join(workspace.gitOpsFolder, "hooks", "pre-receive"),
      `#!/bin/sh\nexec ${kubectl} -n ${workspace.namespace} label rp dev-auth moved=yes\n`,
      { mode: 0o755 },
    );
    // A release, a pointer, a Project that nobody made, credentials, events and a lease.
    await workspace.apply(
      workspace.environment("dev"),
      workspace.release("first", "a1"),
      workspace.pointer("dev", "1"),
    );
    await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    // An approval, which the controller binds to the rules of the environment.
    await workspace.apply(approval(workspace, "dev", "first"));
    await workspace.waitForField("ra", "dev-first", ".status.observedGeneration", "1");
    await deployAutomatically(workspace);
    await controller.process.stop();
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  const events = () =>
    readFileSync(workspace.ground.auditLog, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter((event) => event.user.username === user && event.objectRef !== undefined);

  test("everything granted is used", () => {
    const used = new Set(
      events()
        .filter(({ responseStatus }) => responseStatus?.code !== 403)
        .map(asked),
    );
    const isUsed = (permission: string) => used.has(askedByPolicies[permission] ?? permission);
    expect(granted().filter((permission) => !isUsed(permission))).toEqual([]);
  });

  test("nothing used is missing", () => {
    // In other namespaces controllers ask for kinds of Argo CD and Flux that are not there.
    const { namespace } = workspace;
    const refused = events().filter(
      ({ responseStatus, objectRef }) =>
        responseStatus?.code === 403 && (objectRef?.namespace ?? namespace) === namespace,
    );
    expect([...new Set(refused.map(asked))]).toEqual([]);
  });
});
