import type { Ground } from "../ground.ts";
import { environment } from "../objects.ts";
import type { Recording } from "../recording.ts";

/** An Environment with every field set, and one for each thing that can be wrong with one. */
export async function environments(recording: Recording, { gitOpsUrl }: Ground): Promise<void> {
  await recording.create(
    environment(
      "full",
      gitOpsUrl,
      {
        requireVerifiedSource: true,
        allowedTriggers: ["BranchPush", "Tag"],
        allowedBranches: ["main", "release/*"],
        allowedTags: [">=1.0.0 <2", "nightly-*"],
        autoDeploy: true,
        requiresApproval: true,
        approvals: { required: 2, expireAfter: "72h", allowSelfApproval: true },
        promotesFrom: [{ environment: "dev", soak: "24h" }, { environment: "production" }],
        promotesFromMatch: "Any",
        freezes: [{ cron: "0 18 * * 5", duration: "62h", timeZone: "Europe/Berlin" }],
      },
      {
        order: 40,
        projects: { matchLabels: { tier: "gold" }, include: ["company/none/*"] },
        rollback: { requiresApproval: false, duringFreeze: true },
        revisionHistoryLimit: 5,
        gitOps: {
          path: "clusters/{environment}/{repository}/{project}",
          author: { name: "Release Bot", email: "bot@example.com" },
        },
      },
    ),
    environment("unreadable", gitOpsUrl, { freezes: [{ cron: "0 99 * * *", duration: "1h" }] }),
    environment("misplaced", gitOpsUrl, {}, { gitOps: { path: "apps/{tenant}" } }),
  );
  await recording.ready("environment", "full");
  await recording.reported("environment", "unreadable", "Stalled", "FreezeInvalid");
  await recording.reported("environment", "misplaced", "Stalled", "PointerPathInvalid");
}
