import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../system/ground/api-client.ts";
import type { Journey } from "../../system/ground/journey.ts";

/** From the request of a release to its commit; a second or two when nothing disturbs. */
export const landingBoundMs = 15_000;
const pollMs = 100;
const pauseMs = 500;

export interface Landing {
  readonly number: number;
  /** Undefined when it did not land within the bound. */
  readonly tookMs: number | undefined;
}

/** Another tenant, who releases and deploys by the REST API while others are attacked. */
export class Neighbour {
  readonly landings: Landing[] = [];
  readonly #journey: Journey;
  readonly #client: ApiClient;

  /** @param client of somebody who may release and deploy */
  constructor(journey: Journey, client: ApiClient) {
    this.#journey = journey;
    this.#client = client;
  }

  async run(deadline: number): Promise<void> {
    while (performance.now() < deadline) {
      await this.#land(this.landings.length + 1);
      if (this.landings.at(-1)?.tookMs === undefined) return;
      await sleep(pauseMs);
    }
  }

  async #land(number: number): Promise<void> {
    const startedAt = performance.now();
    const within = () => performance.now() - startedAt < landingBoundMs;
    const { repository, namespace } = this.#journey;
    const place = { repository, project: "auth" };
    const isDone = async (act: () => Promise<boolean>) => {
      while (within()) {
        if (await act().catch(() => false)) return true;
        await sleep(pollMs);
      }
      return false;
    };
    const post = (path: string, body: object) => async () =>
      (await this.#client.post(path, { ...place, ...body })).status < 300;
    const landed =
      (await isDone(
        post("/v1/releases", {
          ...{ namespace, commit: String(number).padStart(40, "c") },
          trigger: { type: "BranchPush", branch: "main" },
          source: {
            manifests: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {n: "${number}"}\n`,
          },
        }),
      )) &&
      (await isDone(
        post("/v1/deployments", { environment: "production", release: String(number) }),
      )) &&
      (await isDone(
        async () => (await this.#journey.deployedNumber("production")) === String(number),
      ));
    this.landings.push({ number, tookMs: landed ? performance.now() - startedAt : undefined });
  }
}
