import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const writes = new Set(["create", "update", "patch", "delete"]);

export interface Requests {
  readonly all: number;
  readonly writes: number;
}

/** What one user asked of the API server, as the server's own audit log tells. */
export class AuditLog {
  readonly apiServerArgs: readonly string[];
  readonly #file: string;

  constructor(folder: string, user: string) {
    this.#file = join(folder, "audit.log");
    const policy = join(folder, "audit-policy.json");
    writeFileSync(
      policy,
      JSON.stringify({
        apiVersion: "audit.k8s.io/v1",
        kind: "Policy",
        omitStages: ["RequestReceived", "ResponseStarted"],
        rules: [{ level: "Metadata", users: [user] }, { level: "None" }],
      }),
    );
    writeFileSync(this.#file, "");
    this.apiServerArgs = [
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${this.#file}`,
      // Written before the answer goes out: what was answered is in the file.
      "--audit-log-mode=blocking-strict",
    ];
  }

  /** A place in the log, to count from. */
  mark(): number {
    return statSync(this.#file).size;
  }

  /** Requests since then; a watch counts when it ends, and not here. */
  since(mark: number): Requests {
    const lines = readFileSync(this.#file).subarray(mark).toString("utf8").split("\n");
    const verbs = lines
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { verb: string }).verb)
      .filter((verb) => verb !== "watch");
    return { all: verbs.length, writes: verbs.filter((verb) => writes.has(verb)).length };
  }
}
