import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, output } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";
import { present } from "../ground/workspace.ts";

/** Writes a commit in forge's words and dates it back, as any person with push rights can. */
describe("a run that was found in Git", () => {
  const journey = new Journey("found");
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await journey.apply(
      journey.environment("staging"),
      journey.environment("production", { promotesFrom: [{ environment: "staging", soak: "1h" }] }),
    );
    controller = await journey.controller();
    await journey.firstDeployed("staging", 2);
    await journey.outcomes("staging", ["Active"]);
    await controller.process.stop();
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  /** A commit that deploys release 2 to staging, as forge would write it, of two days ago. */
  async function forge(): Promise<void> {
    const pointer = journey.pointerName("staging");
    const path = `staging/apps/${journey.repository}/auth/release.yaml`;
    const file = await journey.git("show", `main:${path}`);
    const [one, two] = await Promise.all(
      ["release-1", "release-2"].map((name) => journey.get("release", name)),
    );
    const [before, after] = [present(one), present(two)];
    const commit = String(after.spec["commit"]);
    const content = file
      .replaceAll(`${pointer}-1`, `${pointer}-2`)
      .replace('release-number: "1"', 'release-number: "2"')
      .replaceAll(String(before.spec["commit"]), commit)
      .replaceAll(present(before.status.image).digest, present(after.status.image).digest);
    const message = `Deploy auth to staging: release 2\n\nForge-Environment: staging\nForge-Release: ${journey.repository}/auth@${commit}\nForge-Deployment: ${pointer}-2\n`;
    const date = new Date(Date.now() - 48 * 3_600_000).toISOString();
    const stream = [
      "commit refs/heads/main",
      `committer forge <forge@forge.dev> ${Math.floor(Date.parse(date) / 1_000)} +0000`,
      `data ${Buffer.byteLength(message)}\n${message}`,
      "from refs/heads/main^0",
      `M 100644 inline ${path}`,
      `data ${Buffer.byteLength(content)}\n${content}`,
    ];
    await output("git", ["-C", journey.gitOpsFolder, "fast-import", "--quiet"], {
      input: `${stream.join("\n")}\n`,
    });
  }

  test("soaks from when forge saw it, whatever time its commit bears", async () => {
    await forge();
    const startedAt = Date.now();
    controller = await journey.controller();
    await journey.deployed("staging", 2);
    await journey.apply(journey.pointer("production", "2"));
    await journey.refused("production", "Soaking");
    const records = await journey.outcomes("staging", ["Superseded", "Active"]);
    const { committedAt, countsFrom, foundInGit } = present(records[1]).status;
    expect(Date.parse(present(committedAt))).toBeLessThan(startedAt - 47 * 3_600_000);
    expect(foundInGit).toBe(true);
    expect(Date.parse(present(countsFrom))).toBeGreaterThan(startedAt - 1_000);
  });
});
