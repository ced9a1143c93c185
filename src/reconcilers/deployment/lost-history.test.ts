import { describe, expect, test } from "vitest";
import { KubeError, type KubeObject } from "../../../controller/kube/index.ts";
import { deploymentName, type ReleaseDeployment, type ReleasePointer } from "../../api/index.ts";
import type { LoggedDeployment } from "../../gitops/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { EnvironmentLogs, rebuildHistory } from "./lost-history.ts";

const { signal } = new AbortController();
const place = { environment: "dev", repository: "company/monorepo", project: "auth" };
const nameOf = (sequence: number) =>
  deploymentName(place.environment, place.repository, place.project, sequence);
const releaseOf = (number: number) => ({
  commit: String(number).padStart(40, "a"),
  number,
  digest: `sha256:${String(number).padStart(64, "0")}`,
});

function logged(sequence: number, more: Partial<LoggedDeployment> = {}): LoggedDeployment {
  const path = "release.yaml";
  const time = `2026-03-01T00:00:0${sequence}Z`;
  const gitCommit = String(sequence).padStart(40, "b");
  const release = releaseOf(sequence);
  return {
    id: nameOf(sequence),
    sequence,
    ...place,
    ...release,
    type: "Deploy",
    gitCommit,
    path,
    time,
    ...more,
  };
}

/** A pointer that runs release 4 by its fourth deployment, and what is left of its records. */
class Scene {
  readonly records = new Map<string, KubeObject & { status?: object }>();
  readonly pointer = {
    metadata: { namespace: "ns", name: "dev-auth", uid: "1" },
    spec: { ...place, release: "4" },
    status: {
      git: { commit: "b".repeat(40), path: "release.yaml", deployment: nameOf(4) },
      deployed: releaseOf(4),
      deployment: {
        name: nameOf(4),
        target: { url: "https://git.example.com/a", branch: "main", path: "." },
      },
    },
  } as unknown as ReleasePointer;
  writes = Number.POSITIVE_INFINITY;

  readonly log: readonly LoggedDeployment[];

  constructor(log: readonly LoggedDeployment[]) {
    this.log = log;
  }

  #write(): void {
    if (this.writes-- <= 0) throw new Error("killed");
  }

  readonly deps = {
    writer: { history: async () => ({ deployments: this.log, complete: true }) },
    log: { warn: () => undefined },
    settings: { insecureGitHosts: [] },
    clock: { now: () => Date.parse("2026-04-01T00:00:00Z"), monotonic: () => 0 },
    caches: { deployments: { get: () => undefined } },
    client: {
      create: async (
        _: unknown,
        object: KubeObject & { spec: { release: { number: number } } },
      ) => {
        this.#write();
        const { name } = object.metadata;
        if (object.spec.release.number > 2 ** 31) throw new KubeError("Invalid", "too large");
        if (this.records.has(name)) throw new KubeError("AlreadyExists", "it is there");
        const creationTimestamp = "2026-03-01T00:00:00Z";
        this.records.set(name, { ...object, metadata: { ...object.metadata, creationTimestamp } });
      },
      applyStatus: async (_: unknown, { metadata, status }: KubeObject & { status: object }) => {
        this.#write();
        const record = this.records.get(metadata.name);
        if (record !== undefined) this.records.set(metadata.name, { ...record, status });
      },
    },
  } as unknown as ReconcilerDeps;

  async rebuild(limit = 50): Promise<void> {
    const known = [...this.records.values()] as ReleaseDeployment[];
    await rebuildHistory(
      this.deps,
      new EnvironmentLogs(this.deps),
      this.pointer,
      known,
      limit,
      signal,
    );
  }

  get names(): string[] {
    return [...this.records.keys()].toSorted();
  }
}

const all = [4, 3, 2, 1].map((sequence) => logged(sequence));
const names = [1, 2, 3, 4].map(nameOf);

describe("a history that was lost", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    "is whole, also when killed after %i writes",
    async (writes) => {
      const scene = new Scene(all);
      scene.writes = writes;
      await expect(scene.rebuild()).rejects.toThrow("killed");
      scene.writes = Number.POSITIVE_INFINITY;
      await scene.rebuild();
      expect(scene.names).toEqual(names);
      for (const { status } of scene.records.values()) {
        expect(status).toMatchObject({
          outcome: "Active",
          committedAt: expect.stringMatching(/^2026-03-01/),
          countsFrom: "2026-04-01T00:00:00.000Z",
          foundInGit: true,
        });
      }
    },
  );

  test("is no longer than what is kept, with the release that a rollback goes to", async () => {
    const again = [5, 4].map((sequence) => logged(sequence, releaseOf(4)));
    const scene = new Scene([...again, ...all.slice(1)]);
    await scene.rebuild(1);
    expect(scene.names).toEqual([nameOf(3), nameOf(5)]);
  });

  test("takes no words that only look like forge's", async () => {
    const strange = [logged(9, { id: "anything-9" }), logged(8, { number: 2 ** 40 })];
    const scene = new Scene([...strange, ...all]);
    await scene.rebuild();
    expect(scene.names).toEqual(names);
  });

  test("has what runs, though its file in Git does not say which image it was", async () => {
    const { digest: _, ...unknown } = logged(4);
    const scene = new Scene([unknown, ...all.slice(1)]);
    await scene.rebuild();
    expect(scene.names).toEqual(names);
  });
});
