import type { Ground } from "../ground.ts";
import { environment, namespace, pointer } from "../objects.ts";
import type { RecordedObject, Recording } from "../recording.ts";

const names = ["restored", "restored-since"];

/** Two pointers that are deployed twice, as a backup between the two has them. */
export async function backUpPointers(
  recording: Recording,
  { gitOpsUrl }: Ground,
): Promise<readonly RecordedObject[]> {
  await recording.create(
    ...names.map((name) => environment(name, gitOpsUrl)),
    ...names.map((name) => pointer(name, "web", "1")),
  );
  for (const name of names) await recording.deployed(name, "web", 1);
  const backup = [];
  for (const name of names) {
    backup.push(await recording.ready("releasepointer", `${name}-web`));
    await recording.patch("releasepointer", `${name}-web`, { release: "2" });
    await recording.deployed(name, "web", 2);
  }
  return backup;
}

/** Puts the backup in place, past the API server, while the controller is stopped. */
export async function restorePointers(
  { plane }: Ground,
  backup: readonly RecordedObject[],
): Promise<void> {
  for (const { metadata, ...object } of backup) {
    const { resourceVersion: _, ...stored } = metadata as Record<string, unknown>;
    const key = `/registry/forge.dev/releasepointers/${namespace}/${metadata.name}`;
    await plane.store(key, { ...object, metadata: stored });
  }
}

/** Git is ahead of both pointers; one is deployed once more. */
export async function adopted(recording: Recording): Promise<void> {
  for (const name of names) {
    await recording.reported("releasepointer", `${name}-web`, "AdoptedFromGit", "GitAhead");
  }
  const request = { type: "Deploy", by: "admin", reason: "Back to the first" };
  await recording.patch("releasepointer", "restored-since-web", { release: "1", request });
  await recording.reported(
    "releasepointer",
    "restored-since-web",
    "AdoptedFromGit",
    "DeployedSince",
  );
}
