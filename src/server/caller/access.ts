import { type Clock, mayI } from "../../../controller/kube/index.ts";
import { group } from "../../api/index.ts";
import { ConcurrencyLimit } from "../../concurrency/index.ts";
import { ExpiringMap } from "../expiring-map.ts";
import type { Caller, Right } from "./caller.ts";

/** A right that was taken away is used for no longer than this. */
const rememberedMs = 10_000;
const remembered = 50_000;
const atOnce = 16;
const timeoutMs = 10_000;

/** What a caller may, as the API server says to the caller's own token; remembered for seconds. */
export class Access {
  readonly #known: ExpiringMap<boolean>;
  readonly #asked = new Map<string, Promise<boolean>>();
  readonly #limit = new ConcurrencyLimit(atOnce);

  constructor(clock: Clock) {
    this.#known = new ExpiringMap({ maximum: remembered, clock });
  }

  async may(caller: Caller, right: Right): Promise<boolean> {
    const { verb, resource, namespace, name = "" } = right;
    const key = [caller.key, verb, resource, namespace, name].join(" ");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const asked =
      this.#asked.get(key) ??
      this.#ask(caller, right)
        .then((allowed) => {
          this.#known.set(key, allowed, rememberedMs);
          return allowed;
        })
        .finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  /** Those of the namespaces whose objects of a kind the caller may list. */
  async readable(
    caller: Caller,
    resource: string,
    namespaces: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const list = (namespace: string) => this.may(caller, { verb: "list", resource, namespace });
    if (await list("")) return new Set(namespaces);
    const allowed = await Promise.all(namespaces.map(list));
    return new Set(namespaces.filter((_, index) => allowed[index]));
  }

  #ask(caller: Caller, { verb, resource, namespace, name }: Right): Promise<boolean> {
    const attributes = { group, verb, resource, namespace, ...(name && { name }) };
    const signal = AbortSignal.timeout(timeoutMs);
    return this.#limit.run(() => mayI(caller.client, attributes, { timeoutMs, signal }), signal);
  }
}
