import { randomUUID } from "node:crypto";
import type { Clock } from "../../../controller/kube/index.ts";
import { ExpiringMap } from "../expiring-map.ts";

const rememberedMs = 24 * 3_600_000;
const remembered = 50_000;

/** A request's id is the one that its caller sends, the first time; then it is the server's own. */
export class RequestIds {
  readonly #taken: ExpiringMap<true>;

  constructor(clock: Clock) {
    this.#taken = new ExpiringMap({ maximum: remembered, clock });
  }

  take(sent: string | undefined): string {
    if (sent === undefined || this.#taken.get(sent) === true) return randomUUID();
    this.#taken.set(sent, true, rememberedMs);
    return sent;
  }
}
