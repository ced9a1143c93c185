import { join } from "node:path";
import { commitFiles, createBareRepository, git } from "../../../test/ground/index.ts";
import type { Ground } from "../ground.ts";
import { configMap, deadUrl, gitCredentials, project, release } from "../objects.ts";
import type { Recording } from "../recording.ts";

/** Releases from Git: what they claim of their commit is so, is not so, or cannot be told. */
export async function sources(recording: Recording, ground: Ground): Promise<void> {
  const { url } = ground.git;
  const repository = join(ground.git.root, "source.git");
  await createBareRepository(repository);
  const main = await commitFiles(repository, "main", "Settings", files("main"));
  const next = await commitFiles(repository, "main", "More settings", files("next"));
  const side = await commitFiles(repository, "side", "Aside", files("side"));
  await git(repository, "tag", "sources/v2.0.0", main);
  const open = join(ground.publicGit.root, "source.git");
  await createBareRepository(open);
  const unclaimed = await commitFiles(open, "main", "Settings", files("open"));

  const secretRef = { name: gitCredentials };
  const from = (name: string, commit: string, trigger: object): object =>
    release("sources", name, "", {
      commit,
      trigger,
      source: { git: { url: `${url}/source.git`, path: "sources", secretRef } },
    });
  const openSource = { url: `${ground.publicGit.url}/source.git`, path: "sources" };
  const away = { source: { git: { url: `${deadUrl}/source.git`, path: "" } } };
  await recording.create(
    project("sources", { source: { url: `${url}/source.git`, path: "sources", secretRef } }),
  );
  await recording.create(
    from("verified", main, {
      ...{ type: "Tag", tag: "sources/v2.0.0", branch: "main" },
      time: "2026-11-20T10:00:00Z",
    }),
    from("unnamed", next, { type: "Manual" }),
    from("untrue", side, { type: "BranchPush", branch: "main" }),
    release("open", "unowned", "", { commit: unclaimed, source: { git: openSource } }),
    release("away", "unreachable", "a1", away),
    release("sources", "foreign", "a1", { source: { git: openSource } }),
  );
  await recording.reported("release", "verified", "SourceVerified", "Verified");
  await recording.reported("release", "unnamed", "SourceVerified", "NothingClaimed");
  await recording.reported("release", "untrue", "SourceVerified", "SourceNotVerified");
  await recording.reported("release", "unowned", "SourceVerified", "NoProjectUrl");
  await recording.reported("release", "foreign", "Rendered", "SourceNotAllowed");
  await recording.reported("release", "unreachable", "Rendered", "GitUnreachable");
  const tagged = { ...away, trigger: { type: "Tag", tag: "away/v1.0.0" } };
  await recording.create(release("away", "unreachable-tagged", "a1", tagged));
  await recording.reported("release", "unreachable-tagged", "Ready", "AwaitingRelease");
}

function files(content: string): Record<string, string> {
  return { "sources/settings.yaml": configMap(content) };
}
