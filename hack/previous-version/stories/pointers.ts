import type { Ground } from "../ground.ts";
import { approval, commit, environment, pointer, release } from "../objects.ts";
import type { Recording } from "../recording.ts";

/** Pointers of one project that are where they should be, or are kept from it by a rule. */
export async function pointers(recording: Recording, { gitOpsUrl }: Ground): Promise<void> {
  const env = (name: string, policy: object = {}, spec: Parameters<typeof environment>[3] = {}) =>
    environment(name, gitOpsUrl, policy, spec);
  const to = (name: string, wanted: string, spec: object = {}, metadata: object = {}) =>
    pointer(name, "web", wanted, spec, metadata);
  const automatic = { projects: { include: ["company/previous/web"] } };
  await recording.create(
    env("eu", { allowedBranches: ["main"] }),
    env("held", { autoDeploy: true }, automatic),
    env("branches", { allowedBranches: ["release/*"] }),
    env("locked", {}, { lock: { reason: "Audit" } }),
    env("soaking", { promotesFrom: [{ environment: "eu", soak: "87600h" }] }),
    env("frozen", { freezes: [{ cron: "0 0 * * *", duration: "24h" }] }),
    env("rejecting", { requiresApproval: true }),
    env("expired", { requiresApproval: true }),
    release("web", "web-1", "a1", { version: "1.0.0" }),
  );
  await recording.create(to("eu", "1", { request: { type: "Deploy", reason: "First" } }));
  await recording.deployed("eu", "web", 1);
  await recording.deployed("held", "web", 1);
  const held = await recording.pointerName("held", "web");
  await recording.patch("releasepointer", held, { hold: { reason: "Load test" } });

  await recording.create(release("web", "web-2", "a2", { version: "1.1.0" }));
  const { status } = await recording.ready("release", "web-2");
  const digest = status?.image?.digest ?? "";
  await recording.patch("releasepointer", "eu-web", {
    release: "2",
    image: { repository: status?.image?.ref.replace(/:[0-9a-f]+$/, ""), digest },
    request: { type: "Promote", by: "admin", reason: "Second" },
  });
  await recording.deployed("eu", "web", 2);
  await recording.outcome("eu", "Superseded");

  const second = { project: "web", commit: commit("a2"), digest };
  const soon = new Date(Date.now() + 2_000).toISOString();
  await recording.createAs("alice", approval("web-approved", "rejecting", second));
  await recording.createAs(
    "bob",
    approval("web-rejected", "rejecting", second, { decision: "Reject", justification: "Slow" }),
    approval("web-expired", "expired", second, { expiresAt: soon }),
    approval("web-revoked", "expired", second),
  );
  await recording.patch("releaseapproval", "web-revoked", { revoked: { reason: "Too early" } });
  await recording.create(
    to("branches", "2"),
    to("locked", "2"),
    to("soaking", "2"),
    to("frozen", "2"),
    to("rejecting", "2"),
    to("missing", "2"),
    env("pointer-locked"),
    to("pointer-locked", "2", { lock: { reason: "Migration" } }),
    env("suspended"),
    to("suspended", "2", { suspend: true }),
    env("unresolved"),
    to("unresolved", "v9.9.9"),
    env("other-image"),
    to("other-image", "1", { image: { repository: "registry.example.com/web", digest } }),
  );
  await recording.create({ ...to("eu", "1"), metadata: { name: "eu-web-again" } });
  // Asked for when the approval has expired.
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(soon) - Date.now())));
  await recording.create(to("expired", "2"), pointer("eu", "unsharded", "1"));
  for (const [name, type, reason] of refusals) {
    await recording.reported("releasepointer", name, type, reason);
  }

  await recording.create(env("rested"), to("rested", "1"));
  await recording.deployed("rested", "web", 1);
  await recording.patch("releasepointer", "rested-web", { suspend: true });
  await recording.reported("releasepointer", "rested-web", "Ready", "Suspended");
}

const refusals = [
  ["branches-web", "Allowed", "BranchNotAllowed"],
  ["locked-web", "Allowed", "Locked"],
  ["soaking-web", "Allowed", "Soaking"],
  ["frozen-web", "Allowed", "Frozen"],
  ["rejecting-web", "Allowed", "Rejected"],
  ["expired-web", "Allowed", "ApprovalMissing"],
  ["pointer-locked-web", "Allowed", "PointerLocked"],
  ["suspended-web", "Ready", "Suspended"],
  ["unresolved-web", "Resolved", "ReleaseNotFound"],
  ["missing-web", "Ready", "EnvironmentNotFound"],
  ["other-image-web", "Resolved", "InvalidObject"],
  ["eu-web-again", "Ready", "Duplicate"],
  ["eu-unsharded", "Ready", "InvalidShard"],
] as const;
