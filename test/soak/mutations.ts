import { setTimeout as sleep } from "node:timers/promises";
import { isNotFound, type KubeClient } from "../../controller/kube/index.ts";
import { type ConfigMap, configMaps } from "../system/controller/config-map-controller.ts";
import { pick } from "./random.ts";

const namespace = "default";

/** The last change of a name: its content, or undefined once it was deleted. */
export interface Change {
  readonly content: string | undefined;
  readonly at: number;
}

/** Creates, changes and deletes objects at random, going straight to the server. */
export class Mutations {
  readonly last = new Map<string, Change>();
  made = 0;
  readonly #client: KubeClient;
  readonly #random: () => number;
  readonly #names: readonly string[];

  constructor(client: KubeClient, random: () => number, objects: number) {
    this.#client = client;
    this.#random = random;
    this.#names = Array.from({ length: objects }, (_, index) => `object-${index}`);
  }

  async run(deadline: number, pauseMs: number): Promise<void> {
    while (performance.now() < deadline) {
      await this.#change(pick(this.#random, this.#names), this.#random() < 0.2);
      await sleep(pauseMs * 2 * this.#random());
    }
  }

  /** Tried until it is done: the server may be starting. */
  async #change(name: string, remove: boolean): Promise<void> {
    const content = remove ? undefined : `c${this.made}`;
    for (let attempt = 0; attempt < 300; attempt++) {
      try {
        if (content === undefined) await this.#delete(name);
        else await this.#apply(name, content);
        this.last.set(name, { content, at: performance.now() });
        this.made++;
        return;
      } catch {
        await sleep(100);
      }
    }
    throw new Error(`${name} could not be changed: the API server did not come back`);
  }

  async #apply(name: string, content: string): Promise<void> {
    const object: ConfigMap = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace },
      data: { content },
    };
    const options = { fieldManager: "soak", force: true, timeoutMs: 5_000 };
    await this.#client.apply(configMaps, object, options);
  }

  async #delete(name: string): Promise<void> {
    try {
      await this.#client.delete(configMaps, { namespace, name }, { timeoutMs: 5_000 });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
