import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fetch } from "undici";
import { freePort } from "./free-port.ts";
import { createBareRepository } from "./git-repository.ts";
import { type RunningProcess, startProcess } from "./process.ts";

export interface GitServer {
  readonly url: string;
  /** Folder of the bare repositories. */
  readonly root: string;
  readonly credentials?: { readonly username: string; readonly password: string };
  readonly process: RunningProcess;
  /** Makes an empty bare repository and returns its address, without credentials. */
  createRepository(name: string): Promise<string>;
}

/** Starts git's own http-backend behind an HTTP server, on loopback unless told. */
export async function startGitServer(
  folder: string,
  credentials?: GitServer["credentials"],
  address = "127.0.0.1",
): Promise<GitServer> {
  const root = join(folder, "repositories");
  mkdirSync(root, { recursive: true });
  const port = await freePort(address);
  const url = `http://${address}:${port}`;
  const script = join(import.meta.dirname, "git-http-backend.ts");
  const backend = await startProcess({
    name: "git server",
    command: process.execPath,
    args: [
      script,
      root,
      address,
      String(port),
      ...(credentials ? [`${credentials.username}:${credentials.password}`] : []),
    ],
    logFile: join(folder, "git-server.log"),
    ready: async () => (await fetch(url)).status > 0,
  });
  return {
    url,
    root,
    ...(credentials && { credentials }),
    process: backend,
    createRepository: async (name) => {
      await createBareRepository(join(root, `${name}.git`));
      return `${url}/${name}.git`;
    },
  };
}
