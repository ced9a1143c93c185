/** What a registry turned out to be able to do; unknown until it was tried. */
export interface Capabilities {
  /** Takes a blob whole in the request that would open an upload. */
  singlePost?: boolean;
  /** Has the referrers API. */
  referrers?: boolean;
}

const maxOrigins = 1_000;

/** Kept by origin for as long as the client lives. */
export class CapabilityMemory {
  readonly #byOrigin = new Map<string, Capabilities>();

  of(origin: URL): Capabilities {
    const known = this.#byOrigin.get(origin.origin);
    if (known !== undefined) return known;
    if (this.#byOrigin.size === maxOrigins) this.#byOrigin.clear();
    const fresh: Capabilities = {};
    this.#byOrigin.set(origin.origin, fresh);
    return fresh;
  }
}
