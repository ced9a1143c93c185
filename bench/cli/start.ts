import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "rolldown";
import { requireTool } from "../../tools/locate.ts";
import { atMost, type Result, timing } from "../frame.ts";

const root = join(import.meta.dirname, "..", "..");
const turns = 15;

/** Milliseconds that a program takes from its start to its end. */
function measure(program: string, args: readonly string[]): number {
  const begun = performance.now();
  const { status } = spawnSync(program, args, { stdio: "ignore", timeout: 60_000 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${status}`);
  return performance.now() - begun;
}

/** `forge version` of the bundle, in turns with kubectl's and with a Node that does nothing. */
export async function measureStart(progress: (text: string) => void): Promise<Result> {
  const dir = mkdtempSync(join(tmpdir(), "forge-bench-cli-"));
  try {
    progress("bundling the command");
    await build({
      input: { forge: join(root, "cmd", "forge", "main.ts") },
      platform: "node",
      treeshake: {
        moduleSideEffects: [{ test: /@kubernetes\/client-node\//, sideEffects: false }],
      },
      output: { dir, entryFileNames: "[name].mjs", chunkFileNames: "[name].mjs", format: "esm" },
      logLevel: "warn",
    });
    const series = {
      forge: () => measure(process.execPath, [join(dir, "forge.mjs"), "version"]),
      kubectl: () => measure(requireTool("kubectl"), ["version", "--client"]),
      node: () => measure(process.execPath, ["-e", "0"]),
    };
    const times: Record<keyof typeof series, number[]> = { forge: [], kubectl: [], node: [] };
    for (const run of Object.values(series)) run();
    for (let turn = 0; turn < turns; turn++) {
      for (const [name, run] of Object.entries(series))
        times[name as keyof typeof series].push(run());
      progress(`turn ${turn + 1} of ${turns}`);
    }
    const besideKubectl = timing("forge version", "beside kubectl", times.forge, times.kubectl);
    const besideNode = timing("forge version", "beside node -e 0", times.forge, times.node);
    return {
      rows: [besideKubectl, besideNode],
      targets: [
        atMost("forge version, ms", 150, besideKubectl.median),
        atMost("forge version / node -e 0", 1.5, besideNode.ratio ?? Number.NaN),
      ],
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
