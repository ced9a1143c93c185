import { posix } from "node:path";
import { ForgeError, type ReleasePointer } from "../../api/index.ts";
import { remoteOptions } from "../../credentials/index.ts";
import { openRemote, readFolder } from "../../git/index.ts";
import { parsePointerFile } from "../../gitops/index.ts";
import type { ReconcilerDeps } from "../ports.ts";

/** Of commits, each of one pointer file: many pointers, a few commits each. */
const maxKnown = 4_096;

/** Which deployment a pointer's file carries at a commit. What a commit holds never changes. */
export class CarriedDeployments {
  readonly #deps: Pick<ReconcilerDeps, "client" | "network" | "settings">;
  readonly #known = new Map<string, string | undefined>();

  constructor(deps: Pick<ReconcilerDeps, "client" | "network" | "settings">) {
    this.#deps = deps;
  }

  /** undefined where there is no such commit or file, or the file carries none. */
  async at(
    pointer: ReleasePointer,
    commit: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { deployment, git } = pointer.status ?? {};
    if (deployment === undefined || git === undefined) return undefined;
    const { namespace } = pointer.metadata;
    const key = [namespace, deployment.target.url, git.path, commit].join(" ");
    if (this.#known.has(key)) return this.#known.get(key);
    const options = await remoteOptions(this.#deps, namespace, deployment.target, signal);
    const remote = openRemote(options);
    try {
      const found = await this.#read(remote, git.path, commit, signal);
      if (this.#known.size >= maxKnown) this.#known.clear();
      this.#known.set(key, found);
      return found;
    } finally {
      await remote.close();
    }
  }

  async #read(
    remote: ReturnType<typeof openRemote>,
    path: string,
    commit: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const name = posix.basename(path);
    const wanted = (inside: string) => inside === name;
    try {
      const request = { commit, folder: posix.dirname(path), wanted };
      const [file] = (await readFolder(remote, request, signal)).files;
      const text = Buffer.from(file?.content ?? []).toString("utf8");
      return parsePointerFile(text, path).deployment;
    } catch (error) {
      const absent = ["CommitNotFound", "NoManifests", "InvalidManifest", "PointerFileInvalid"];
      if (error instanceof ForgeError && absent.includes(error.code)) return undefined;
      throw error;
    }
  }
}
