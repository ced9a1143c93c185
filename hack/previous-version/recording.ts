import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "../../test/ground/index.ts";
import { namespace } from "./objects.ts";

/** The part of an object of forge that the stories read. */
export interface RecordedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly labels?: object;
    readonly annotations?: object;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly outcome?: string;
    readonly deployed?: { readonly number: number };
    readonly git?: { readonly deployment: string };
    readonly delivery?: { readonly health: string };
    readonly image?: { readonly ref: string; readonly digest: string };
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
    }[];
  };
}

export type Person = "alice" | "bob";

/** The cluster that is recorded, and the hands of the people in it. */
export class Recording {
  readonly kubectl: Kubectl;
  readonly #people: Readonly<Record<Person, Kubectl>>;

  constructor(kubectl: Kubectl, people: Readonly<Record<Person, Kubectl>>) {
    this.kubectl = kubectl;
    this.#people = people;
  }

  async apply(...objects: readonly object[]): Promise<void> {
    await this.kubectl.apply(namespace, ...objects);
  }

  /** Leaves no copy of the spec in an annotation, as client-side apply does. */
  async create(...objects: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await this.kubectl.output(["-n", namespace, "create", "-f", "-"], list);
  }

  async createAs(person: Person, ...objects: readonly object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await this.#people[person].output(["-n", namespace, "create", "-f", "-"], list);
  }

  async delete(kind: string, name: string): Promise<void> {
    await this.kubectl.output(["-n", namespace, "delete", kind, name]);
  }

  async patch(kind: string, name: string, spec: object): Promise<void> {
    const patch = ["--type=merge", "-p", JSON.stringify({ spec })];
    await this.kubectl.output(["-n", namespace, "patch", kind, name, ...patch]);
  }

  async annotate(kind: string, name: string, annotation: string): Promise<void> {
    await this.kubectl.output(["-n", namespace, "annotate", kind, name, annotation]);
  }

  get(kind: string, name: string): Promise<RecordedObject> {
    return this.kubectl.get<RecordedObject>(namespace, kind, name);
  }

  async list(kind: string): Promise<readonly RecordedObject[]> {
    const text = await this.kubectl.output(["-n", namespace, "get", kind, "-o", "json"]);
    return (JSON.parse(text) as { items: RecordedObject[] }).items;
  }

  /** The pointer of a project in an environment: autoDeploy chooses another name than people. */
  async pointerName(environment: string, project: string): Promise<string> {
    const found = await this.#poll(`a pointer of ${project} in ${environment}`, async () =>
      (await this.list("releasepointers")).find(
        ({ spec }) => spec["environment"] === environment && spec["project"] === project,
      ),
    );
    return found.metadata.name;
  }

  /** Waits for a condition with this reason. */
  async reported(
    kind: string,
    name: string,
    type: string,
    reason: string,
  ): Promise<RecordedObject> {
    return this.#poll(`${type} with reason ${reason} of ${kind} ${name}`, async () => {
      const object = await this.get(kind, name);
      const known = object.status?.conditions?.find((condition) => condition.type === type);
      return known?.reason === reason ? object : undefined;
    });
  }

  async ready(kind: string, name: string): Promise<RecordedObject> {
    return this.#poll(`${kind} ${name} to be ready`, async () => {
      const object = await this.get(kind, name);
      const ready = object.status?.conditions?.find(({ type }) => type === "Ready");
      return ready?.status === "True" ? object : undefined;
    });
  }

  async deployed(environment: string, project: string, number: number): Promise<RecordedObject> {
    const name = await this.pointerName(environment, project);
    return this.#poll(`release ${number} of ${project} in ${environment}`, async () => {
      const object = await this.get("releasepointer", name);
      return object.status?.deployed?.number === number ? object : undefined;
    });
  }

  /** Waits for a deployment record of the environment with this outcome. */
  async outcome(environment: string, outcome: string): Promise<void> {
    await this.#poll(`a deployment in ${environment} that is ${outcome}`, async () =>
      (await this.list("releasedeployments")).find(
        ({ spec, status }) => spec["environment"] === environment && status?.outcome === outcome,
      ),
    );
  }

  async delivered(pointer: string, health: string): Promise<void> {
    await this.#poll(`${pointer} to be ${health}`, async () => {
      const { status } = await this.get("releasepointer", pointer);
      return status?.delivery?.health === health ? true : undefined;
    });
  }

  /** Records follow the deployments: waits until the last commit of each pointer has one. */
  async settled(): Promise<void> {
    for (const { metadata, status } of await this.list("releasepointers")) {
      const { name } = metadata;
      const { deployment } = status?.git ?? {};
      if (deployment === undefined) continue;
      await this.#poll(`the record of what ${name} deployed`, async () => {
        const records = await this.list("releasedeployments");
        const own = records.filter(({ spec }) => spec["pointer"] === name);
        const active = own.filter(({ status: found }) => found?.outcome === "Active");
        const [only] = active;
        return active.length === 1 && only?.metadata.name === deployment ? true : undefined;
      });
    }
  }

  async #poll<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = await attempt();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`waited 60 s in vain for ${what}`);
      await sleep(100);
    }
  }
}
