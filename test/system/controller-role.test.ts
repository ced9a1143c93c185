import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clusterRoles } from "../../src/api/index.ts";
import { requireTool } from "../../tools/locate.ts";
import { type Controller, startController } from "../ground/index.ts";
import { Workspace } from "./workspace.ts";

/**
 * The controller's roles are the least that works: the API server's own audit log says what was
 * granted and never used, and what was missing.
 */

const user = "forge-controller";
const roles = ["forge-controller", "forge-controller-leader-election"];

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource: string;
    readonly subresource?: string;
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
    expect(granted().filter((permission) => !used.has(permission))).toEqual([]);
  });

  test("nothing used is missing", () => {
    const refused = events().filter(({ responseStatus }) => responseStatus?.code === 403);
    expect([...new Set(refused.map(asked))]).toEqual([]);
  });
});
