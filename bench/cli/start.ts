import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleProgram } from "../../hack/bundle-program.ts";
import { requireTool } from "../../tools/locate.ts";
import { atMost, type Result, timing } from "../frame.ts";

const turns = 25;

/** Milliseconds that a program takes from its start to its end. */
async function measure(
  program: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  const begun = performance.now();
  const options = { env: { ...process.env, ...env }, stdio: "ignore", timeout: 60_000 } as const;
  const [status] = await once(spawn(program, [...args], options), "exit");
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: exit ${status}`);
  return performance.now() - begun;
}

/** Answers as forge-server does where there are no environments: what is measured is the command. */
async function startEmptyServer() {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "application/json");
    response.end('{"kind":"List","items":[]}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The bundled command, in turns with kubectl and with a Node that does nothing. */
export async function measureStart(progress: (text: string) => void): Promise<Result> {
  const dir = mkdtempSync(join(tmpdir(), "forge-bench-cli-"));
  const { server, url } = await startEmptyServer();
  try {
    progress("bundling the command");
    writeFileSync(join(dir, "package.json"), '{"type":"module"}\n');
    await bundleProgram("forge", dir);
    const command = join(dir, "forge.js");
    // The first run, which is not counted, compiles; it is so once on a person's machine too.
    const env = { XDG_CACHE_HOME: join(dir, "cache"), FORGE_URL: url, FORGE_TOKEN: "token" };
    const series = {
      version: () => measure(process.execPath, [command, "--version"], env),
      help: () => measure(process.execPath, [command, "--help"], env),
      list: () => measure(process.execPath, [command, "env", "list"], env),
      kubectl: () => measure(requireTool("kubectl"), ["version", "--client"]),
      node: () => measure(process.execPath, ["-e", "0"]),
    };
    const times: Record<keyof typeof series, number[]> = {
      ...{ version: [], help: [], list: [], kubectl: [], node: [] },
    };
    for (const run of Object.values(series)) await run();
    for (let turn = 0; turn < turns; turn++) {
      for (const [name, run] of Object.entries(series))
        times[name as keyof typeof series].push(await run());
      progress(`turn ${turn + 1} of ${turns}`);
    }
    const version = timing("forge --version", "beside node -e 0", times.version, times.node);
    const help = timing("forge --help", "beside kubectl", times.help, times.kubectl);
    const list = timing("forge env list", "beside node -e 0", times.list, times.node);
    return {
      rows: [version, help, list],
      targets: [
        atMost("forge --version / node -e 0", 1.5, version.ratio ?? Number.NaN),
        atMost("forge --help, ms", 150, help.median),
        atMost("forge env list, ms", 300, list.median),
      ],
    };
  } finally {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
