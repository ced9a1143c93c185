import type { Ground } from "../ground.ts";
import { approval, commit, configMap, environment, pointer, project, release } from "../objects.ts";
import type { Recording } from "../recording.ts";

/** One project from its first release to a rollback, with an approval on the way. */
export async function auth(recording: Recording, ground: Ground): Promise<void> {
  const rel = (name: string, digits: string, spec: object = {}, metadata: object = {}) =>
    release("auth", name, digits, spec, metadata);
  const own = { projects: { include: ["company/previous/auth"] } };
  const approved = { requiresApproval: true, approvals: { required: 1, expireAfter: "87600h" } };
  await recording.apply(project("auth"));
  await recording.apply(environment("dev", ground.gitOpsUrl, { autoDeploy: true }, own));
  await recording.apply(environment("production", ground.gitOpsUrl, approved));

  await recording.apply(rel("first", "a1", {}, { annotations: origin }));
  await recording.deployed("dev", "auth", 1);
  await recording.apply(rel("second", "b2"));
  await recording.deployed("dev", "auth", 2);

  const tagged = { trigger: { type: "Tag", tag: "auth/v1.0.0" } };
  await recording.apply(rel("second-tagged", "b2", tagged));
  await recording.reported("release", "second-tagged", "Ready", "Joined");
  const { status } = await recording.get("release", "second");
  const digest = status?.image?.digest ?? "";
  const second = { project: "auth", commit: commit("b2"), digest };
  await recording.createAs("alice", approval("production-second", "production", second));
  await recording.apply(pointer("production", "auth", "v1.0.0"));
  await recording.deployed("production", "auth", 2);

  await recording.apply(rel("third", "c3"));
  await recording.deployed("dev", "auth", 3);
  const other = { source: { manifests: configMap("other") } };
  await recording.apply(rel("third-other", "c3", other));
  await recording.reported("release", "third-other", "Ready", "Conflict");

  const dev = await recording.pointerName("dev", "auth");
  const request = { type: "Rollback", by: "admin", reason: "Logins fail", id: "request-0002" };
  await recording.patch("releasepointer", dev, { release: "2", request });
  await recording.deployed("dev", "auth", 2);
  await recording.outcome("dev", "RolledBack");

  await recording.apply(rel("broken", "e5", { source: { manifests: "# nothing\n" } }));
  await recording.reported("release", "broken", "Rendered", "NoManifests");
  await recording.apply(rel("mended", "e5"));
  await recording.ready("release", "mended");

  const deploy = { type: "Deploy", by: "admin" };
  await recording.patch("releasepointer", "production-auth", { release: "3", request: deploy });
  await recording.reported("releasepointer", "production-auth", "Allowed", "ApprovalMissing");
}

/** As the server annotates an object that it writes for a traced request. */
const origin = {
  "forge.dev/request-id": "request-0001",
  "forge.dev/traceparent": `00-${"1".repeat(32)}-${"2".repeat(16)}-01`,
};
