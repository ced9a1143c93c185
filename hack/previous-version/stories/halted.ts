import { commitFiles } from "../../../test/ground/index.ts";
import type { Ground } from "../ground.ts";
import { commit, deadUrl, environment, namespace, pointer, repository } from "../objects.ts";
import type { Recording } from "../recording.ts";

/** Deployments that did not come to their commit: failed, blocked, and still under way. */
export async function halted(recording: Recording, ground: Ground): Promise<void> {
  const { gitOpsUrl, protectedUrl } = ground;
  await recording.create(
    environment("failed", protectedUrl),
    environment("blocked", protectedUrl),
    environment("pending", gitOpsUrl),
    ...["failed", "blocked", "pending"].map((name) => pointer(name, "web", "1")),
  );
  await recording.outcome("failed", "Failed");
  await recording.outcome("blocked", "Failed");
  await recording.patch("environment", "blocked", { lock: { reason: "Protected" } });
  await recording.outcome("blocked", "Blocked");
  await recording.deployed("pending", "web", 1);
  await recording.patch("environment", "pending", { gitOps: { url: `${deadUrl}/gone.git` } });
  await recording.reported("releasepointer", "pending-web", "Ready", "GitUnreachable");
  await recording.outcome("pending", "Pending");

  const path = `misfiled/apps/${repository}/web/release.yaml`;
  await commitFiles(ground.gitOpsFolder, "main", "By hand", { [path]: "kind: [\n" });
  await recording.create(environment("misfiled", gitOpsUrl), pointer("misfiled", "web", "1"));
  await recording.reported("releasepointer", "misfiled-web", "Ready", "PointerFileInvalid");
  await recording.create(
    environment("unready", gitOpsUrl),
    pointer("unready", "catalog", commit("a7")),
  );
  await recording.reported("releasepointer", "unready-catalog", "Resolved", "ReleaseNotReady");
}

/** Records that a person deleted: the controller writes them again, by the log of the branch. */
export async function rebuilt(recording: Recording, { gitOpsUrl }: Ground): Promise<void> {
  await recording.create(environment("rebuilt", gitOpsUrl), pointer("rebuilt", "web", "1"));
  await recording.deployed("rebuilt", "web", 1);
  await recording.patch("releasepointer", "rebuilt-web", { release: "2" });
  await recording.deployed("rebuilt", "web", 2);
  await recording.outcome("rebuilt", "Superseded");
  await recording.kubectl.output([
    ...["-n", namespace, "delete", "releasedeployments"],
    "--field-selector=spec.environment=rebuilt",
  ]);
  await recording.outcome("rebuilt", "Superseded");
}
