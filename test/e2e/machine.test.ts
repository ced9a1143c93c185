import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { removeCgroup } from "../ground/cgroups.ts";
import { chosenMaker, output, processesOf } from "../ground/index.ts";

const module = join(import.meta.dirname, "..", "ground", "machine.ts");

// kind has a machine of its own making.
describe.skipIf(chosenMaker() === "kind")("the machine that the node runs in", () => {
  const folder = mkdtempSync(join(tmpdir(), "forge-machine-"));
  const seconds = String(100_000 + process.pid);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(["SIGKILL", "SIGTERM"] as const)(
    "is gone with all that is in it when %s ends who started it",
    async (signal) => {
      const program = `
        import { startMachine } from ${JSON.stringify(module)};
        const machine = await startMachine(${JSON.stringify(folder)});
        const ready = async () => true;
        const logFile = ${JSON.stringify(join(folder, "sleep.log"))};
        await machine.start({ name: "sleep", command: "sleep", args: ["${seconds}"], logFile, ready });
        console.log(machine.hostAddress + " " + machine.cgroup);
        setInterval(() => undefined, 60_000);`;
      const owner = spawn(process.execPath, ["--input-type=module", "-e", program], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [said] = (await once(owner.stdout, "data")) as [Buffer];
      const [address = "", cgroup = ""] = said.toString().trim().split(" ");
      const addresses = () => output("ip", ["-oneline", "-4", "address"]);
      expect(await addresses()).toContain(`${address}/30`);
      // The owner, nsenter, and the program itself.
      await vi.waitFor(() => expect(processesOf(seconds)).toHaveLength(3), { timeout: 20_000 });
      owner.kill(signal);
      await vi.waitFor(
        async () => {
          expect(await addresses()).not.toContain(`${address}/30`);
          expect(processesOf(seconds)).toEqual([]);
        },
        { timeout: 10_000, interval: 100 },
      );
      // Empty by now: the next machine of that name would do it.
      await removeCgroup(cgroup);
    },
  );
});
