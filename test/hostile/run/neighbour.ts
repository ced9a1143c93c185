import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiAnswer, ApiClient } from "../../system/ground/api-client.ts";
import type { Journey } from "../../system/ground/journey.ts";
import { mainThread, processorTimer } from "./processor-wait.ts";

/**
 * From the request of a release to its commit, without what the controller waited for a processor;
 * a second or two when nothing disturbs.
 */
export const landingBoundMs = 15_000;
/** However busy the machine is. */
const landingEndMs = 60_000;
const pollMs = 100;
const busy: readonly number[] = [429, 503];
const pauseMs = 500;

export interface Landing {
  readonly number: number;
  readonly tookMs: number;
  /** The step at which the bound was reached, and the last answer. */
  readonly stuck?: string;
}

/** Another tenant, who releases and deploys by the REST API while others are attacked. */
export class Neighbour {
  readonly landings: Landing[] = [];
  /** Requests that were refused because the server was busy with others. */
  readonly turnedAway: string[] = [];
  readonly #journey: Journey;
  readonly #client: ApiClient;
  readonly #controller: number;

  /**
   * @param client of somebody who may release and deploy
   * @param controller its process
   */
  constructor(journey: Journey, client: ApiClient, controller: number) {
    this.#journey = journey;
    this.#client = client;
    this.#controller = controller;
  }

  /** Until the deadline, and once at least. */
  async run(deadline: number): Promise<void> {
    do {
      await this.#land(this.landings.length + 1);
      if (this.landings.at(-1)?.stuck !== undefined) return;
      const exported = `/v1/audit/export?namespace=${this.#journey.namespace}`;
      this.#note(exported, await this.#client.get(exported));
      await sleep(pauseMs);
    } while (performance.now() < deadline);
  }

  #note(path: string, { status, body }: ApiAnswer): void {
    if (busy.includes(status)) this.turnedAway.push(`${path}: ${status} ${body.detail}`);
  }

  async #land(number: number): Promise<void> {
    const startedAt = performance.now();
    const took = processorTimer([mainThread(this.#controller)]);
    const mayGoOn = () => took() < landingBoundMs && performance.now() - startedAt < landingEndMs;
    const { repository, namespace } = this.#journey;
    const place = { repository, project: "auth" };
    const post = (path: string, body: object) => async () => {
      const answer = await this.#client.post(path, { ...place, ...body });
      this.#note(path, answer);
      return answer.status < 300 ? true : `${answer.status} ${JSON.stringify(answer.body)}`;
    };
    const steps: readonly (readonly [string, () => Promise<true | string>])[] = [
      [
        "release",
        post("/v1/releases", {
          ...{ namespace, commit: commitOf(number) },
          trigger: { type: "BranchPush", branch: "main" },
          source: { manifests: manifests(number) },
        }),
      ],
      [
        "deployment",
        post("/v1/deployments", { environment: "production", release: String(number) }),
      ],
      [
        "commit",
        async () => {
          const found = await this.#journey.deployedNumber("production");
          return found === String(number) ? true : `${found || "nothing"} is deployed`;
        },
      ],
    ];
    for (const [step, act] of steps) {
      let said: true | string = "nothing was said";
      do {
        said = await act().catch(String);
        if (said === true) break;
        await sleep(pollMs);
      } while (mayGoOn());
      const tookMs = took();
      if (said !== true) {
        this.landings.push({ number, tookMs, stuck: `${step}: ${said}` });
        return;
      }
      if (step === "commit") this.landings.push({ number, tookMs });
    }
  }
}

/** Distinct from the first digit on: names of Releases hold the beginning of theirs. */
function commitOf(number: number): string {
  return createHash("sha1").update(`neighbour ${number}`).digest("hex");
}

function manifests(number: number): string {
  const data = `data: {number: "${number}"}\n`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n${data}`;
}
