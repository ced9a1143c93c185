import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureApplications } from "./delivery/applications.ts";
import { Ground } from "./delivery/ground.ts";
import { measureLive } from "./delivery/live.ts";
import type { Benchmark } from "./frame.ts";

/** What happens after the plugin has answered: Argo CD's own controller, and the cluster. */
export const delivery: Benchmark = {
  name: "delivery",
  about:
    "a pointer changed with kubectl until the release's object is live, with forge asking Argo CD to look, beside Argo CD finding the commit when it looks every half minute (its default is two); then 200 Applications through the application-controller, by forge's plugin beside plain folders of the same manifests in Git.",
  run: async (progress) => {
    const folder = mkdtempSync(join(tmpdir(), "fl-"));
    progress("starting a control plane, a registry, a git server, Argo CD and forge");
    const ground = await Ground.start(folder);
    try {
      const live = await measureLive(ground, progress);
      const applications = await measureApplications(ground, progress);
      return { rows: [...live, ...applications], targets: [] };
    } finally {
      await ground.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
