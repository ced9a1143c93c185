import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeApi } from "../run/kube-api.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

const pollMs = 150;
/** Most inputs are judged within a second; a server that is slow is not waited for. */
const patienceMs = 5_000;

const harmless = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";

export function commitFor(id: string): string {
  return createHash("sha1").update(id).digest("hex");
}

/** A namespace whose people may create Releases, and make them as harmful as they can. */
export class HostileTenant {
  readonly #api: KubeApi;
  readonly namespace: string;
  readonly repository: string;

  constructor(api: KubeApi, namespace: string, repository: string) {
    this.#api = api;
    this.namespace = namespace;
    this.repository = repository;
  }

  /** Creates a Release, waits until forge says something of it, deletes it. Answers the reason. */
  async release(id: string, spec: object): Promise<string> {
    const created = await this.#api.create(this.namespace, "releases", {
      apiVersion: "forge.dev/v1alpha1",
      kind: "Release",
      metadata: { name: id },
      spec: {
        ...{ repository: this.repository, project: "auth", commit: commitFor(id) },
        trigger: { type: "Manual" },
        source: { manifests: harmless },
        ...spec,
      },
    });
    if (created.status !== 201) return `refused with ${created.status}`;
    const reason = await this.#reason(id);
    await this.#api.delete(this.namespace, "releases", id);
    return reason;
  }

  async #reason(id: string): Promise<string> {
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      await sleep(pollMs);
      const { body } = await this.#api.get(this.namespace, "releases", id);
      const conditions = (body?.status?.conditions ?? []) as readonly Condition[];
      const ready = conditions.find(({ type }) => type === "Ready");
      if (ready !== undefined && ready.status !== "Unknown") return ready.reason;
    }
    return "not judged yet";
  }
}
