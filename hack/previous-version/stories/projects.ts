import type { Ground } from "../ground.ts";
import { gitCredentials, otherNamespace, project, release } from "../objects.ts";
import type { Recording } from "../recording.ts";

/** Projects with every field set, and one for each thing that can be wrong with a Project. */
export async function projects(recording: Recording, ground: Ground): Promise<void> {
  await recording.create(
    project("full", {
      tagStrategy: "TagAll",
      branchAliases: false,
      registry: `${ground.registry.host}/own`,
      release: { on: [{ branch: "main|release/.*" }, { tag: true }] },
      artifacts: {
        registries: [`${ground.registry.host}/artifacts`],
        allowMissing: true,
        allowTags: true,
      },
      objects: { clusterScoped: ["ClusterRole.rbac.authorization.k8s.io"], namespaces: ["web"] },
      source: {
        url: `${ground.git.url}/source.git`,
        path: "full",
        secretRef: { name: gitCredentials },
      },
    }),
    release("full", "full-released", "a1", { version: "v1.2.3", notes: "The *first* one." }),
    project("misspelt", { release: { on: [{ branch: "(" }] } }),
    project("stopped", { release: { enabled: false } }),
    release("stopped", "stopped-pushed", "a1"),
    project("unsharded", {}, { labels: { "forge.dev/shard": "No_Shard" } }),
    release("unsharded", "unsharded-pushed", "a1"),
    project("unregistered", { registry: "127.0.0.1:1/images" }),
    release("unregistered", "unnumbered", "a1"),
  );
  await recording.ready("release", "full-released");
  const elsewhere = JSON.stringify(project("elsewhere"));
  await recording.kubectl.output(["-n", otherNamespace, "create", "-f", "-"], elsewhere);
  await recording.kubectl.output([
    ...["-n", otherNamespace, "wait", "--for=condition=Stalled", "project", "--all"],
    "--timeout=60s",
  ]);
  await recording.reported("release", "stopped-pushed", "Ready", "ReleaseDisabled");
  await recording.reported("release", "unsharded-pushed", "Ready", "InvalidShard");
  // After the seconds in which a release waits for its number in silence.
  await recording.reported("release", "unnumbered", "Ready", "AwaitingNumber");
  // Ages are compared by the second.
  await recording.create({ ...project("full"), metadata: { name: "full-again" } });
  await recording.reported("project", "full-again", "Ready", "Duplicate");
}
