import { join } from "node:path";
import { expect, test } from "vitest";
import { chosenMaker, run } from "../ground/index.ts";

const module = join(import.meta.dirname, "..", "ground", "node-requirements.ts");
const ask = `import { lacksForNode } from ${JSON.stringify(module)}; console.log(lacksForNode());`;
const readOnlyCgroups =
  'for place in /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,ro,bind "$place"; done; exec "$0" "$@"';

// kind asks other things of a machine: kind.test.ts.
test.skipIf(chosenMaker() === "kind").each([
  { because: "all is there", says: "undefined", by: [] },
  {
    because: "interfaces cannot be made",
    says: "the kernel refuses what a node does: RTNETLINK answers: Operation not permitted",
    by: ["setpriv", "--bounding-set=-net_admin"],
  },
  {
    because: "namespaces cannot be made",
    says: "the kernel refuses what a node does: unshare: unshare failed: Operation not permitted",
    by: ["setpriv", "--bounding-set=-sys_admin"],
  },
  {
    because: "cgroups are read-only",
    says: "no cgroup may be made: ",
    by: ["unshare", "--mount", "sh", "-c", readOnlyCgroups],
  },
])("the suite is run or left out, because $because", async ({ says, by }) => {
  const [command = "", ...args] = [...by, process.execPath, "--input-type=module", "-e", ask];
  const { stdout } = await run(command, args);
  expect(stdout).toContain(says);
});
