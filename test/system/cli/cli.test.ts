import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, Forge, type Server, tokenOf } from "../../ground/index.ts";
import { startServerFor } from "../ground/api-client.ts";
import type { Person } from "../ground/ground-addresses.ts";
import { type DeploymentObject, Journey } from "../ground/journey.ts";
import type { ForgeObject } from "../ground/workspace.ts";

interface List<T = ForgeObject> {
  readonly kind: string;
  readonly items: readonly T[];
}

/** alice deploys, bob approves, dave is a pipeline; carol reads. */
describe.each(["straight to the cluster", "through forge-server"])(
  "the forge command, %s",
  (way) => {
    const isDirect = way === "straight to the cluster";
    const journey = new Journey(isDirect ? "cli" : "cli-server");
    let alice: Forge;
    let bob: Forge;
    let carol: Forge;
    let dave: Forge;
    let controller: Controller;
    let server: Server | undefined;

    beforeAll(async () => {
      await journey.create();
      await journey.bind("alice", "forge-view", "forge-deployer");
      await journey.bind("bob", "forge-view", "forge-approver");
      await journey.bind("carol", "forge-view");
      await journey.bind("dave", "forge-releaser");
      await journey.stagingBeforeProduction();
      controller = await journey.controller();
      if (!isDirect) server = await startServerFor(journey);
      const forge = (person: Person) => {
        const kubeconfig = journey.ground.people[person];
        const { namespace } = journey;
        if (server === undefined) return new Forge(kubeconfig, namespace);
        return Forge.through(server.url, { token: tokenOf(kubeconfig), namespace });
      };
      alice = forge("alice");
      bob = forge("bob");
      carol = forge("carol");
      dave = forge("dave");
      await journey.released();
      await journey.released();
    });

    afterAll(async () => {
      await server?.process.stop();
      await controller.process.stop();
    });

    test("deploy --wait makes the pointer, and ends when the commit is there", async () => {
      const result = await alice.run(
        "deploy",
        "staging",
        "auth",
        "1",
        "--wait",
        "--reason",
        "First",
      );
      expect(result.stderr).toContain("Deploying release 1 of auth in staging.");
      expect(result.stderr).toMatch(/release 1 is in staging, by commit [0-9a-f]{40}\.\n$/);
      expect(result).toMatchObject({ code: 0, stdout: "" });
      const pointer = await journey.get("releasepointer", journey.pointerName("staging"));
      expect(pointer.spec["request"]).toMatchObject({
        type: "Deploy",
        by: "alice",
        reason: "First",
      });
    });

    test("what is there already is not asked for again", async () => {
      const before = await journey.get("releasepointer", journey.pointerName("staging"));
      const result = await alice.run("deploy", "staging", "auth", "1");
      expect(result).toMatchObject({ code: 0, stderr: "release 1 is in staging already.\n" });
      const after = await journey.get("releasepointer", journey.pointerName("staging"));
      expect(after.metadata.generation).toBe(before.metadata.generation);
    });

    test("who may not deploy is turned away by the API server", async () => {
      const result = await carol.run("deploy", "staging", "auth", "2");
      expect(result.code).toBe(4);
      expect(result.stderr).toContain("forbidden");
    });

    test("a dry run shows every rule, is checked by the server, and changes nothing", async () => {
      const result = await alice.run("deploy", "staging", "auth", "2", "--dry-run");
      expect(result.code).toBe(0);
      expect(result.stdout).toContain("release 2 of auth may go to staging:");
      expect(result.stdout).toContain("✓ branches");
      expect(await journey.deployedNumber("staging")).toBe("1");
      const refused = await carol.run("deploy", "staging", "auth", "2", "--dry-run");
      expect(refused.code).toBe(4);
    });

    test("what a rule refuses for good is not even asked for", async () => {
      const result = await alice.run("deploy", "production", "auth", "2");
      expect(result.code).toBe(5);
      expect(result.stderr).toContain("NotRunBefore");
      expect(result.stderr).toContain("forge explain production auth 2");
      const found = await carol.json<List>("status", "auth");
      expect(found.items.map(({ spec }) => spec["environment"])).toEqual(["staging"]);
    });

    test("promote asks, approval lets it in, wait sees it through", async () => {
      const asked = await alice.run("promote", "production", "auth");
      expect(asked.code).toBe(8);
      expect(asked.stderr).toContain("forge approve production auth 1 --reason");
      const waiting = alice.run("wait", "production", "auth", "--timeout", "60s");
      const self = await alice.run("approve", "production", "auth", "--reason", "Mine");
      expect(self.code).toBe(4);
      const approved = await bob.run(
        "approve",
        "production",
        "auth",
        "--reason",
        "Seen on staging",
      );
      expect(approved).toMatchObject({ code: 0 });
      const waited = await waiting;
      expect(waited.code).toBe(0);
      expect(waited.stderr).toContain("ApprovalMissing");
      const [record] = await journey.outcomes("production", ["Active"]);
      expect(record?.spec).toMatchObject({
        request: { type: "Promote", by: "alice" },
        approvals: [{ approver: "bob" }],
      });
    });

    test("rollback goes to what ran before, and holds", async () => {
      await alice.output("deploy", "staging", "auth", "2", "--wait");
      const result = await alice.run("rollback", "staging", "auth", "--wait", "--reason", "Logins");
      expect(result.stderr).toContain("Rolling back to release 1 of auth in staging");
      expect(result.code).toBe(0);
      const pointer = await journey.deployed("staging", 1);
      expect(pointer.spec["hold"]).toMatchObject({ reason: "Rolled back by alice: Logins" });
      const again = await alice.run("rollback", "staging", "auth");
      expect(again.code).toBe(6);
      expect(again.stderr).toContain("RollbackTargetNotFound");
    });

    test("history lists the records, the latest first; its JSON is that of the CRD", async () => {
      const text = await carol.output("history", "staging", "auth");
      expect(text).toMatch(
        /^DEPLOYMENT +RELEASE +TYPE +BY +OUTCOME +AGE +REASON\n3 +1 +Rollback +alice/,
      );
      const list = await carol.json<List<DeploymentObject>>("history", "staging", "auth");
      const records = await journey.records("staging");
      const plain = (items: readonly DeploymentObject[]) =>
        items.map(({ metadata, spec, status }) => ({
          name: metadata.name,
          // What each was decided by, a list of the server leaves to the record itself.
          spec: isDirect ? spec : { ...spec, decision: undefined },
          status,
        }));
      expect(plain(list.items.toReversed())).toEqual(plain(records));
    });

    test("status is a matrix, and says why something is not there", async () => {
      const refused = await alice.run("promote", "production", "auth", "--from", "staging");
      expect(refused.stderr).toContain("already");
      const text = await carol.output("status");
      expect(text).toMatch(/^PROJECT +PRODUCTION +STAGING\n/);
      expect(text).toContain("alice");
      const wide = await carol.output("status", "-o", "wide");
      expect(wide).toContain("Committed");
    });

    test("explain tells who may approve, as far as the one who asks may read RBAC", async () => {
      const unknown = await carol.output("explain", "production", "auth", "2");
      expect(unknown).toContain("rolebindings: you may not list them");
      expect(unknown).not.toContain("bob");
      const { kubeconfig } = journey.ground;
      const admin =
        server === undefined
          ? new Forge(kubeconfig, journey.namespace)
          : Forge.through(server.url, {
              token: tokenOf(kubeconfig),
              namespace: journey.namespace,
            });
      const text = await admin.output("explain", "production", "auth", "2");
      expect(text).toMatch(/^May approve:\n {2}bob \(User, by RoleBinding bob-forge-approver\)$/m);
      const { approvers } = await admin.json<{ approvers: { name: string; role: string }[] }>(
        ...["explain", "production", "auth", "2"],
      );
      expect(approvers).toContainEqual(
        expect.objectContaining({ name: "bob", role: "ClusterRole forge-approver" }),
      );
      // Whoever holds every right holds this one.
      expect(approvers.map(({ name }) => name)).toContain("system:masters");
      expect(text).not.toContain("alice");
      // Staging asks nobody.
      expect(await admin.output("explain", "staging", "auth", "2")).not.toContain("May approve");
    });

    test("explain says of every rule whether it lets the release in", async () => {
      const text = await carol.output("explain", "production", "auth", "2");
      expect(text).toContain("release 2 of auth may not go to production:");
      expect(text).toContain("Next: ");
      const value = await carol.json<{ decision: { allowed: boolean; rules: object[] } }>(
        ...["explain", "production", "auth", "2"],
      );
      expect(value.decision.allowed).toBe(false);
      expect(value.decision.rules).toHaveLength(12);
    });

    test("a rejection stands in the way until it is revoked", async () => {
      await bob.output("reject", "production", "auth", "2", "--reason", "Leaks");
      const text = await carol.output("explain", "production", "auth", "2");
      expect(text).toContain("Leaks");
      const foreign = await alice.run("revoke", "production", "auth", "2", "--reason", "No");
      expect(foreign.code).toBe(6);
      expect(foreign.stderr).toContain("those who have: bob");
      await bob.output("revoke", "production", "auth", "2", "--reason", "Found harmless");
      expect(await carol.output("explain", "production", "auth", "2")).not.toContain("Leaks");
    });

    test("a hold and a lock are set and lifted, in the caller's name", async () => {
      const name = journey.pointerName("staging");
      await alice.output("hold", "staging", "auth", "--reason", "Audit");
      const held = await journey.get("releasepointer", name);
      expect(held.spec["hold"]).toEqual({ by: "alice", reason: "Audit" });
      await alice.output("resume", "staging", "auth");
      await alice.output("lock", "staging", "auth", "--reason", "Incident");
      const locked = await alice.run("deploy", "staging", "auth", "2");
      expect(locked.code).toBe(5);
      expect(locked.stderr).toContain("forge unlock staging auth");
      const environment = await alice.run("lock", "staging", "--reason", "Not hers");
      expect(environment.code).toBe(4);
      await alice.output("unlock", "staging", "auth");
      const after = await journey.get("releasepointer", name);
      expect([after.spec["hold"], after.spec["lock"]]).toEqual([undefined, undefined]);
      const nameless = await alice.run("hold", "staging", "auth");
      expect(nameless).toMatchObject({ code: 2 });
      expect(nameless.stderr).toContain("--reason");
    });

    test("a pipeline releases, waits for the result, and may say it twice", async () => {
      const file = join(journey.ground.folder, "cli-manifests.yaml");
      writeFileSync(file, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n");
      const flags = [
        ...["release", "create", "auth", "--repository", journey.repository],
        ...["--commit", "f".repeat(40), "--manifests", file, "--wait"],
      ];
      const made = await dave.json<ForgeObject>(...flags, "--branch", "main");
      expect(made.status).toMatchObject({ number: 3 });
      expect(made.status.image?.digest).toMatch(/^sha256:/);
      const again = await dave.json<ForgeObject>(...flags, "--branch", "main");
      expect(again.metadata.name).toBe(made.metadata.name);
      const tagged = await dave.json<ForgeObject>(...flags, "--tag", "auth/v1.2.3");
      expect(tagged.metadata.name).toBe(made.metadata.name);
      const shown = await carol.output("release", "show", "auth", "v1.2.3");
      expect(shown).toMatch(/^Number: +3\nAliases: .*v1\.2\.3/);
      expect(shown).toMatch(/\nTriggers: .*Tag auth\/v1\.2\.3 \(NotChecked\)/);
      writeFileSync(file, "kind: [");
      const broken = await dave.run(...flags.with(6, "e".repeat(40)), "--branch", "main");
      expect(broken.code).toBe(1);
      expect(broken.stderr).toContain("InvalidManifest");
    });

    test("trigger releases the projects whose rules an event meets, and says why not the others", async () => {
      const event = ["trigger", journey.repository, "--commit", "d".repeat(40), "--branch", "main"];
      const names = ["-n", journey.namespace, "get", "projects", "-o", "name"];
      const name = (await journey.kubectl.output(names)).trim();
      const patch = (spec: object) =>
        journey.kubectl.output([
          ...["-n", journey.namespace, "patch", name, "--type=merge"],
          ...["-p", JSON.stringify({ spec })],
        ]);
      await patch({ release: { on: [{ branch: "main" }] } });
      await expect
        .poll(async () => (await dave.run(...event)).stderr, { timeout: 30_000 })
        .toContain("does not say where its source is");
      await patch({
        source: { url: "https://git.example.com/company/monorepo.git", path: "services/auth" },
      });
      await expect
        .poll(() => dave.output(...event, "--dry-run"), { timeout: 30_000 })
        .toMatch(/^PROJECT +RELEASED +RELEASE +WHY\nauth +yes +auth-/);
      const other = await dave.output(...event.slice(0, -1), "feature", "--dry-run");
      expect(other).toMatch(/^auth +no /m);
      const asked = await dave.json<{ projects: { released: boolean }[] }>(
        ...[
          "trigger",
          journey.repository,
          "--commit",
          "d".repeat(40),
          "--project",
          "auth",
          "--dry-run",
        ],
      );
      expect(asked.projects).toMatchObject([{ project: "auth", released: true, reason: "Asked" }]);
    });

    test("lists come as tables, names and data", async () => {
      expect(await carol.output("env", "list")).toMatch(/^NAME +ORDER +RULES +LOCKED +STATE\n/);
      expect(await carol.output("env", "show", "production")).toContain("Promotes from:  staging");
      expect(await carol.output("project", "list", "-o", "name")).toMatch(
        /^project\.forge\.dev\/auth-/,
      );
      expect(await carol.output("project", "show", "auth")).toContain("Last release:  ");
      const releases = await carol.json<List>("release", "list", "auth");
      const read = await journey.get("release", releases.items[0]?.metadata.name ?? "");
      expect(releases.kind).toBe("List");
      // A list of the server leaves inline manifests out.
      const source = isDirect ? read.spec["source"] : {};
      expect(releases.items[0]?.spec).toEqual({ ...read.spec, source });
      expect(releases.items[0]?.status).toEqual(read.status);
      const yaml = await carol.output("env", "show", "staging", "-o", "yaml");
      expect(yaml).toContain("allowedBranches:\n      - main\n");
    });

    test("a project of two repositories must be named with its own", async () => {
      await journey.apply({
        ...(journey.project("auth") as object),
        metadata: { name: "another-auth" },
        spec: { repository: "company/another", name: "auth" },
      });
      const result = await carol.run("history", "staging", "auth");
      expect(result.code).toBe(2);
      expect(result.stderr).toContain(
        `auth may be company/another/auth, ${journey.repository}/auth`,
      );
      await carol.output("history", "staging", `${journey.repository}/auth`);
      await journey.kubectl.output(["-n", journey.namespace, "delete", "project", "another-auth"]);
    });

    test("check tells what is there, and what the caller may do", async () => {
      const text = await alice.output("check");
      expect(text).toContain("you are alice");
      expect(text).toContain("✓ kind Release: installed");
      expect(text).toContain("you may: deploy to staging");
      expect(text).toContain("you may: not approve for staging");
      expect(text).toMatch(/✓ clock: \d s apart/);
      // She may not read Secrets, and the server has none: neither is a fault.
      expect(text).toMatch(
        isDirect
          ? /^- git of staging: not tried: you may not read Secret git-credentials/m
          : /^- git of staging: not tried: the server has no credentials/m,
      );
      expect(text).toContain("- registry: not tried");
    });

    test("completion knows verbs, environments, projects and releases", async () => {
      const next = async (...words: readonly string[]) => {
        const kubeconfig = journey.ground.people.carol;
        const flags = ["-n", journey.namespace, ...(isDirect ? ["--kubeconfig", kubeconfig] : [])];
        const plain = server
          ? Forge.through(server.url, { token: tokenOf(kubeconfig) })
          : new Forge();
        const text = await plain.output("__complete", "--", ...flags, ...words);
        return text.trim().split("\n");
      };
      expect(await next("rol")).toEqual(["rollback"]);
      expect(await next("deploy", "")).toEqual(["production", "staging"]);
      expect(await next("deploy", "staging", "a")).toEqual(["auth"]);
      expect(await next("deploy", "staging", "auth", "")).toEqual(
        expect.arrayContaining(["3", "v1.2.3", "2", "1"]),
      );
    });

    test("what is named wrongly is told with what there is", async () => {
      const environment = await alice.run("deploy", "prod", "auth", "1");
      expect(environment).toMatchObject({ code: 6 });
      expect(environment.stderr).toContain("it has production, staging");
      const project = await alice.run("deploy", "staging", "oauth", "1");
      expect(project.code).toBe(6);
      expect(project.stderr).toContain("/auth");
      expect((await alice.run("deploy", "staging")).code).toBe(2);
      expect((await alice.run("release", "list", "-o", "xml")).code).toBe(2);
    });

    test("events tell what happened", async () => {
      expect(await carol.run("events")).toMatchObject({ code: 4 });
      await journey.kubectl.output([
        ...["-n", journey.namespace, "create", "role", "events", "--verb=list"],
        "--resource=events.events.k8s.io",
      ]);
      await journey.kubectl.output([
        ...["-n", journey.namespace, "create", "rolebinding", "events", "--role=events"],
        "--user=carol",
      ]);
      await expect
        .poll(() => carol.output("events"), { timeout: 60_000 })
        .toMatch(/Normal +Committed +ReleasePointer/);
    });
  },
);
