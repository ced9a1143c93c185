import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";

export interface Registry {
  /** host:port, as image references carry it. */
  readonly host: string;
  readonly process: RunningProcess;
}

/** Starts a real registry (distribution v3) on loopback over plain HTTP. */
export async function startRegistry(folder: string): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "registry.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "warn" },
      storage: {
        filesystem: { rootdirectory: join(folder, "storage") },
        delete: { enabled: true },
      },
      http: { addr: host },
    }),
  );
  const process = await startProcess({
    name: "registry",
    command: requireTool("registry"),
    args: ["serve", config],
    logFile: join(folder, "registry.log"),
    // Tracing is on by default and would look for a collector.
    env: { OTEL_TRACES_EXPORTER: "none" },
    ready: async () => (await fetch(`http://${host}/v2/`)).ok,
  });
  return { host, process };
}
