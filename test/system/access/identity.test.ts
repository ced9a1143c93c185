import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ControlPlane, Kubectl, refusesLies, startControlPlane } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";

/**
 * Nobody acts in another's name: what names a person is the authenticated user. Requests are dry
 * runs, so that each row starts from the same pointer, which alice asked for.
 */

const workspace = new Workspace("identity");
const dryRun = ["--dry-run=server", "-o", "json"];
const requested = { type: "Rollback", by: "alice", reason: "Logins fail" };
const standing = workspace.pointer("dev", "1", {
  request: requested,
  hold: { by: "alice", reason: "Wait" },
});

type Send = (args: readonly string[], object?: object) => ReturnType<Kubectl["run"]>;

const sendWith =
  (kubectl: Kubectl, namespace: string): Send =>
  (args, object) =>
    kubectl.run(["-n", namespace, ...args], object && JSON.stringify(object));

const patch = (change: object, type = "merge") => [
  ...["patch", "rp/dev-auth", `--type=${type}`, `--patch=${JSON.stringify(change)}`, ...dryRun],
];
const spec = (fields: object) => patch({ spec: fields });
const pointer = (fields: object) => workspace.pointer("dev", "1", fields);

/** How bob writes, and what his words would make others believe. */
const writes: readonly {
  readonly how: string;
  readonly send: (send: Send) => ReturnType<Send>;
  /** spec.request, or spec.hold, as the server stores it. */
  readonly stored: object;
  /** What a server without mutating policies answers: nothing when bob told the truth. */
  readonly refused?: RegExp;
}[] = [
  {
    how: "changes the release alone: the rollback that alice asked for is not his",
    send: (send) => send(spec({ release: "2" })),
    stored: { request: { type: "Deploy", by: "bob" } },
    refused: /names "alice", but the request is of user "bob"|left from the release before/,
  },
  {
    how: "rewrites request.by alone",
    send: (send) => send(spec({ request: { by: "carol" } })),
    stored: { request: { ...requested, by: "bob" } },
    refused: /spec.request.by names "carol", but the request is of user "bob"/,
  },
  {
    how: "edits release and request together, and leaves by",
    send: (send) => send(spec({ release: "2", request: { reason: "Again" } })),
    stored: { request: { ...requested, by: "bob", reason: "Again" } },
    refused: /names "alice"/,
  },
  {
    how: "replaces the pointer without a request",
    send: (send) => send(["replace", ...dryRun, "-f", "-"], pointer({})),
    stored: { request: { type: "Deploy", by: "bob" } },
    refused: /spec.request.by names ""/,
  },
  {
    how: "removes request.by",
    send: (send) => send(patch([{ op: "remove", path: "/spec/request/by" }], "json")),
    stored: { request: { ...requested, by: "bob" } },
    refused: /spec.request.by names ""/,
  },
  {
    how: "applies on the server side as another field manager",
    send: (send) =>
      send(
        [
          ...["apply", "--server-side", "--force-conflicts", "--field-manager=robot"],
          ...[...dryRun, "-f", "-"],
        ],
        workspace.pointer("dev", "2"),
      ),
    stored: { request: { type: "Deploy", by: "bob" } },
    refused: /names "alice"|left from the release before/,
  },
  {
    how: "says all of it himself",
    send: (send) =>
      send(spec({ release: "2", request: { type: "Deploy", by: "bob", reason: "New" } })),
    stored: { request: { type: "Deploy", by: "bob", reason: "New" } },
  },
  {
    how: "suspends the pointer, which asks for nothing and leaves the hold",
    send: (send) => send(spec({ suspend: true })),
    stored: { request: requested, hold: { by: "alice", reason: "Wait" } },
  },
  {
    how: "writes another reason below alice's hold",
    send: (send) => send(spec({ hold: { reason: "Wait longer" } })),
    stored: { hold: { by: "bob", reason: "Wait longer" } },
    refused: /spec.hold.by names "alice"/,
  },
  {
    how: "puts the hold in carol's name",
    send: (send) => send(spec({ hold: { by: "carol" } })),
    stored: { hold: { by: "bob", reason: "Wait" } },
    refused: /spec.hold.by names "carol"/,
  },
  {
    how: "locks the pointer in carol's name",
    send: (send) => send(spec({ lock: { by: "carol", reason: "Wait" } })),
    stored: { lock: { by: "bob", reason: "Wait" } },
    refused: /spec.lock.by names "carol"/,
  },
  {
    how: "labels the pointer",
    send: (send) => send(patch({ metadata: { labels: { team: "b" } } })),
    stored: { request: requested },
  },
  {
    how: "locks an environment in carol's name",
    send: (send) =>
      send([
        ...["patch", "env/dev", "--type=merge", ...dryRun],
        `--patch=${JSON.stringify({ spec: { lock: { by: "carol", reason: "Incident" } } })}`,
      ]),
    stored: { lock: { by: "bob", reason: "Incident" } },
    refused: /spec.lock.by names "carol"/,
  },
  {
    how: "releases in carol's name",
    send: (send) =>
      send(
        ["create", ...dryRun, "-f", "-"],
        workspace.release("fresh", "f1", { trigger: { type: "Manual", actor: "carol" } }),
      ),
    stored: { trigger: { type: "Manual", actor: "bob" } },
    refused: /spec.trigger.actor names "carol"/,
  },
  {
    how: "approves in carol's name",
    send: (send) => send(["create", ...dryRun, "-f", "-"], approval("carol")),
    stored: { approver: "bob" },
    refused: /spec.approver names "carol"/,
  },
];

function approval(approver: string): object {
  const { repository } = workspace;
  const digest = `sha256:${"d".repeat(64)}`;
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "ReleaseApproval",
    metadata: { name: "dev-auth" },
    spec: {
      environment: "dev",
      release: { repository, project: "auth", commit: "c".repeat(40), digest },
      decision: "Approve",
      approver,
      justification: "Tested.",
    },
  };
}

const roles = ["view", "edit", "admin", "deployer", "approver", "releaser"].map(
  (name) => `forge-${name}`,
);

describe("an API server that stamps", () => {
  beforeAll(async () => {
    await workspace.create();
    await workspace.bind("alice", ...roles);
    await workspace.bind("bob", ...roles);
    await workspace.apply(workspace.environment("dev"));
    await workspace.as("alice").apply(workspace.namespace, standing);
  });

  test.each(writes)("bob $how", async ({ send, stored }) => {
    const result = await send(sendWith(workspace.as("bob"), workspace.namespace));
    expect(result.stderr).toBe("");
    expect((JSON.parse(result.stdout) as { spec: object }).spec).toMatchObject(stored);
  });

  test("a plain Deploy that takes a request's place keeps nothing of it", async () => {
    const result = await sendWith(workspace.as("bob"), workspace.namespace)(spec({ release: "2" }));
    const { request } = (JSON.parse(result.stdout) as { spec: { request: object } }).spec;
    expect(request).toEqual({ type: "Deploy", by: "bob" });
  });

  test("an approval needs no approver to be written", async () => {
    const { spec, ...rest } = approval("") as { spec: Record<string, unknown> };
    const { approver: _, ...without } = spec;
    const send = sendWith(workspace.as("bob"), workspace.namespace);
    const result = await send(["create", ...dryRun, "-f", "-"], { ...rest, spec: without });
    expect(JSON.parse(result.stdout)).toMatchObject({ spec: { approver: "bob" } });
  });
});

describe("an API server without mutating policies", () => {
  const crds = join(import.meta.dirname, "..", "..", "..", "crds");
  const folder = mkdtempSync(join(tmpdir(), "forge-identity-"));
  let plane: ControlPlane;
  let bob: Kubectl;

  beforeAll(async () => {
    plane = await startControlPlane({ folder, users: { alice: [], bob: [] } });
    const admin = new Kubectl(plane.kubeconfig);
    await admin.output(["apply", "-f", crds]);
    await admin.output(["delete", "-f", join(crds, "admission-mutating.yaml")]);
    await admin.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    for (const role of roles) {
      await admin.output([
        ...["create", "clusterrolebinding", role, `--clusterrole=${role}`],
        ...["--user=alice", "--user=bob"],
      ]);
    }
    await refusesLies(admin);
    await admin.apply("default", workspace.environment("dev"));
    await new Kubectl(plane.kubeconfigFor("alice")).apply("default", standing);
    bob = new Kubectl(plane.kubeconfigFor("bob"));
  });

  afterAll(async () => {
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(writes)("bob $how", async ({ send, stored, refused }) => {
    const result = await send(sendWith(bob, "default"));
    expect(result.stderr).toMatch(refused ?? /^$/);
    const answer = JSON.parse(result.stdout || "{}") as { spec?: object };
    expect(answer.spec ?? stored).toMatchObject(stored);
  });

  test("a rollback of alice's, left beside another release, is not said anew by her either", async () => {
    const alice = new Kubectl(plane.kubeconfigFor("alice"));
    const result = await sendWith(alice, "default")(spec({ release: "2" }));
    expect(result.stderr).toContain("say anew what is asked for");
    expect(result.stderr).toContain("another reason than Logins fail");
  });
});
