import { beforeAll, describe, expect, test } from "vitest";
import type { CommandResult, Kubectl } from "../../ground/index.ts";
import type { Person } from "../ground/ground-addresses.ts";
import { Workspace } from "../ground/workspace.ts";
import {
  approval,
  binding,
  create,
  patch,
  pointer,
  type Request,
  record,
  remove,
  role,
  rule,
  serverSide,
} from "./admission-requests.ts";

/**
 * Who may write what, row by row: each is a real request to the real API server, judged by RBAC
 * and by the admission policies. No controller runs.
 */

const workspace = new Workspace("admission");
const elsewhere = new Workspace("elsewhere");

/**
 * alice edits, and may deploy to dev alone; bob edits, and may approve for production alone;
 * carol reads, and may release auth of one repository; dave administers another namespace, and holds every verb there.
 */
beforeAll(async () => {
  await workspace.create();
  await elsewhere.create();
  await workspace.bind("alice", "forge-view", "forge-edit", "forge-releaser");
  await workspace.bind("bob", "forge-view", "forge-edit");
  await workspace.bind("carol", "forge-view");
  await elsewhere.bind("dave", "forge-view", "forge-edit", "forge-admin");
  await elsewhere.bind("dave", "forge-deployer", "forge-approver", "forge-releaser");
  await workspace.apply(
    role("deploy-dev", [rule("environments", "deploy", "dev")]),
    role("approve-production", [
      rule("environments", "approve", "production"),
      rule("releaseapprovals", "create,get,update,patch,delete"),
    ]),
    role("release-auth", [
      rule("projects", "release", `${workspace.repository}/auth`),
      rule("releases", "create"),
    ]),
    binding("deploy-dev", "alice"),
    binding("release-auth", "carol"),
    binding("approve-production", "bob"),
    workspace.environment("dev"),
    workspace.environment("production"),
    workspace.release("present", "a1"),
    pointer(workspace, "dev", "standing"),
    pointer(workspace, "production", "standing"),
    approval(workspace, "production", "standing"),
  );
});

function send(kubectl: Kubectl, { args, object }: Request): Promise<CommandResult> {
  return kubectl.run(
    ["-n", workspace.namespace, ...args],
    object === undefined ? undefined : JSON.stringify(object),
  );
}

const allowed = /^$/;
const byRbac = /cannot (get|create|update|patch|delete) resource/;
const fixed = /immutable but for revoked/;
const notDeployer = /"alice" may not deploy to environment production/;
const asksForDeploy =
  /user "bob" may not deploy to environment dev: ask for the verb "deploy" on environments.forge.dev\/dev in namespace admission-/;
const asksForRelease =
  /user "bob" may not release, release again or delete releases of project company\/admission-\S+\/auth: ask for the verb "release" on projects.forge.dev\/company\/admission-\S+\/auth in namespace admission-/;
const asksForApprove =
  /user "bob" may not approve, revoke or delete approvals for environment dev: ask for the verb "approve" on environments.forge.dev\/dev/;

const [inDev, inProduction] = ["rp/dev-standing", "rp/production-standing"];
const theApproval = "ra/production-standing";
const owner = { apiVersion: "v1", kind: "Secret", name: "git-credentials", uid: "1" };

const release = () => create(workspace.release("fresh", "f1"));
const namesake = () => create(workspace.release("namesake", "f2", { repository: "company/other" }));
const notNamesake = /"carol" may not release.*projects.forge.dev\/company\/other\/auth/;
const retry = { "forge.dev/retry": "1" };
const emptyRetry = { "forge.dev/retry": "" };
const note = { "company.com/note": "1" };
const deploy = (environment: string) => () => create(pointer(workspace, environment, "x"));
const approve = (environment: string) => () => create(approval(workspace, environment, "x"));
const records = () => create(record(workspace, "x"));
const set = (target: string, spec: object) => () => patch(target, { spec });
const label = (target: string, metadata: object) => () => patch(target, { metadata });
const status = (target: string) => () =>
  patch(target, { status: { observedGeneration: 7 } }, "--subresource=status");
const serverSideMove = () =>
  serverSide(pointer(workspace, "production", "standing", { release: "2" }));
const image = { repository: "x", digest: `sha256:${"d".repeat(64)}` };

type Row = readonly [who: Person, does: string, request: () => Request, answer: RegExp];

const withoutVerbs: readonly Row[] = [
  ["dave", "release, without a right here", release, byRbac],
  ["dave", "deploy, without a right here", deploy("dev"), byRbac],
  ["dave", "approve, without a right here", approve("production"), byRbac],
  ["dave", "delete an approval", () => remove(theApproval), byRbac],
  ["carol", "deploy, as a reader", deploy("dev"), byRbac],
  ["carol", "delete a pointer", () => remove(inDev), byRbac],
  ["carol", "approve, as a reader", approve("production"), byRbac],
  ["bob", "release, as an editor", release, asksForRelease],
  ["bob", "deploy, as an editor", deploy("dev"), asksForDeploy],
  ["bob", "delete a release, as an editor", () => remove("rel/present"), asksForRelease],
  [
    "bob",
    "have a release made again",
    label("rel/present", { annotations: retry }),
    asksForRelease,
  ],
  [
    "bob",
    "have a release made again by an empty value",
    label("rel/present", { annotations: emptyRetry }),
    asksForRelease,
  ],
  [
    "bob",
    "give a release an owner",
    label("rel/present", { ownerReferences: [owner] }),
    asksForRelease,
  ],
  ["bob", "annotate a release otherwise", label("rel/present", { annotations: note }), allowed],
  ["carol", "release the project that her role names", release, allowed],
  ["carol", "release its namesake in another repository", namesake, notNamesake],
  ["alice", "release", release, allowed],
  ["alice", "have a release made again", label("rel/present", { annotations: retry }), allowed],
  ["alice", "delete a release", () => remove("rel/present"), allowed],
  ["alice", "approve, as an editor", approve("dev"), byRbac],
  ["alice", "write an environment", set("env/dev", { order: 1 }), byRbac],
  ["alice", "make a project", () => create(workspace.project("web")), byRbac],
  ["alice", "lock an environment", set("env/dev", { lock: { reason: "x" } }), byRbac],
  ["alice", "write a record", records, byRbac],
];

const deployerOfDev: readonly Row[] = [
  ["alice", "deploy to dev", deploy("dev"), allowed],
  ["alice", "move a pointer in dev", set(inDev, { release: "2" }), allowed],
  ["alice", "delete a pointer in dev", () => remove(inDev), allowed],
  ["alice", "deploy to production", deploy("production"), notDeployer],
  ["alice", "set release there", set(inProduction, { release: "2" }), notDeployer],
  ["alice", "set request there", set(inProduction, { request: { reason: "x" } }), notDeployer],
  ["alice", "set image there", set(inProduction, { image }), notDeployer],
  ["alice", "set hold there", set(inProduction, { hold: { reason: "x" } }), notDeployer],
  ["alice", "set suspend there", set(inProduction, { suspend: true }), notDeployer],
  ["alice", "apply on the server side there", serverSideMove, notDeployer],
  ["alice", "delete a pointer there", () => remove(inProduction), notDeployer],
  ["alice", "give it an owner", label(inProduction, { ownerReferences: [owner] }), notDeployer],
  ["alice", "label a pointer there", label(inProduction, { labels: { team: "a" } }), allowed],
  ["alice", "move a pointer to dev", set(inProduction, { environment: "dev" }), /is immutable/],
];

const approverOfProduction: readonly Row[] = [
  ["bob", "approve for production", approve("production"), allowed],
  ["bob", "approve for dev", approve("dev"), asksForApprove],
  ["bob", "revoke", set(theApproval, { revoked: { reason: "x" } }), allowed],
  ["bob", "turn it round", set(theApproval, { decision: "Reject" }), fixed],
  ["bob", "make it his", set(theApproval, { approver: "bob" }), fixed],
  ["bob", "prolong it", set(theApproval, { expiresAt: "2040-01-01T00:00:00Z" }), fixed],
  ["bob", "delete it", () => remove(theApproval), allowed],
];

// A status is the controller's own.
const statuses: readonly Row[] = [inDev, theApproval, "rel/present", "env/dev"].map(
  (target) => ["bob", `write the status of ${target}`, status(target), byRbac] as const,
);

describe("who may do what", () => {
  test.each([...withoutVerbs, ...deployerOfDev, ...approverOfProduction, ...statuses])(
    "%s would %s",
    async (who, _does, request, answer) => {
      const result = await send(workspace.as(who), request());
      expect(result.stderr).toMatch(answer);
      expect(result.code).toBe(answer === allowed ? 0 : 1);
    },
  );

  test("who may not impersonate borrows nobody's verbs", async () => {
    const { args, object } = create(pointer(workspace, "dev", "x"));
    const result = await workspace
      .as("carol")
      .run(
        ["-n", workspace.namespace, ...args, "--as=alice", "--validate=false"],
        JSON.stringify(object),
      );
    expect(result.stderr).toContain("cannot impersonate");
  });

  test("impersonation is judged as the one who is impersonated", async () => {
    const as = (environment: string) =>
      send(workspace.kubectl, {
        ...create(pointer(workspace, environment, "x")),
        args: [...create({}).args, "--as=alice"],
      });
    expect((await as("production")).stderr).toContain('"alice" may not deploy');
    const passed = await as("dev");
    expect(JSON.parse(passed.stdout)).toMatchObject({ spec: { request: { by: "alice" } } });
  });

  test("who administers another namespace may do there what is refused here", async () => {
    const { namespace } = elsewhere;
    const there = await workspace
      .as("dave")
      .run(
        ["-n", namespace, ...create({}).args],
        JSON.stringify(pointer(workspace, "production", "x")),
      );
    expect(there.stderr).toBe("");
  });

  test("an editor with every right on records, but not the verb, writes none", async () => {
    await workspace.apply(
      role("records", [rule("releasedeployments", "create,get,update,patch,delete")]),
      binding("records", "bob"),
    );
    const refused = await send(workspace.as("bob"), records());
    expect(refused.stderr).toContain('"bob" may not write the record of a deployment');
  });
});

describe("a revocation", () => {
  const revoke = (reason: string | null, by?: string) =>
    workspace
      .as("bob")
      .run([
        ...[
          "-n",
          workspace.namespace,
          "patch",
          "ra/production-revoked",
          "--type=merge",
          "-o",
          "json",
        ],
        `--patch=${JSON.stringify({ spec: { revoked: reason === null ? null : { reason, by } } })}`,
      ]);

  test("names who revoked, and cannot be taken back", async () => {
    await workspace
      .as("bob")
      .apply(workspace.namespace, approval(workspace, "production", "revoked"));
    const revoked = await revoke("Leaks memory", "carol");
    expect(JSON.parse(revoked.stdout)).toMatchObject({
      spec: { approver: "bob", revoked: { by: "bob", reason: "Leaks memory" } },
    });
    expect((await revoke(null)).stderr).toContain("a revocation cannot be taken back");
    expect((await revoke("Other")).stderr).toContain("a revocation cannot be taken back");
  });
});

describe("Kubernetes sweeps up", () => {
  const collector = "--as=system:serviceaccount:kube-system:generic-garbage-collector";

  test("an approval or pointer goes with its owner: the garbage collector passes", async () => {
    await workspace.kubectl.output([
      ...["create", "clusterrolebinding", `collector-${workspace.namespace}`],
      "--clusterrole=system:controller:generic-garbage-collector",
      "--user=system:serviceaccount:kube-system:generic-garbage-collector",
    ]);
    for (const target of ["ra/production-standing", "rp/production-standing"]) {
      const { args } = remove(target);
      const swept = await send(workspace.kubectl, { args: [...args, collector] });
      expect(swept.stderr).toBe("");
    }
  });

  test("a namespace that is deleted takes all with it, whoever empties it", async () => {
    const gone = new Workspace("gone");
    await gone.create();
    await gone.bind("carol", "forge-view", "forge-edit");
    await gone.apply(pointer(workspace, "production", "x"));
    const args = ["-n", gone.namespace, "delete", "rp/production-x"];
    const before = await gone.as("carol").run(args);
    expect(before.stderr).toContain('"carol" may not deploy to environment production');
    await gone.kubectl.output([
      ...["-n", gone.namespace, "patch", "rp/production-x", "--type=merge"],
      ...["-p", JSON.stringify({ metadata: { finalizers: ["example.com/kept"] } })],
    ]);
    await gone.kubectl.output(["delete", "namespace", gone.namespace, "--wait=false"]);
    const change = ["--type=merge", "-p", JSON.stringify({ spec: { release: "2" } })];
    const changed = await gone
      .as("carol")
      .run(["-n", gone.namespace, "patch", "rp/production-x", ...change]);
    expect(changed.stderr).toContain('"carol" may not deploy to environment production');
    const after = await gone.as("carol").run([...args, "--wait=false"]);
    expect(after.stderr).toBe("");
    const free = ["--type=merge", "-p", JSON.stringify({ metadata: { finalizers: null } })];
    await gone.kubectl.run(["-n", gone.namespace, "patch", "rp/production-x", ...free]);
  });
});
