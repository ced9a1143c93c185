/**
 * Authorization for one registry at a time.
 *
 * A grant belongs to (origin of the registry, scope) and is sent to that origin alone. It is
 * obtained on the first 401, kept until it expires, and fetched once for all who wait for it; that
 * flight has a timeout of its own, so that one caller's abort does not fail the others.
 */
import { ForgeError } from "../../api/index.ts";
import type { Answer, Outgoing } from "../registry/request.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { basic, fetchToken, type Grant } from "./token.ts";

export interface Target {
  /** As image references carry it: the key of the credentials. */
  readonly host: string;
  readonly origin: URL;
  /** Such as repository:company/app:pull. */
  readonly scope: string;
}

export interface AuthorizerDeps {
  readonly credentials: Credentials;
  readonly now: () => number;
  readonly send: (outgoing: Outgoing, signal: AbortSignal) => Promise<Answer>;
}

const flightTimeoutMs = 60_000;
const basicLifeMs = 3_600_000;
const maxGrants = 1_000;

export class Authorizer {
  readonly #deps: AuthorizerDeps;
  readonly #grants = new Map<string, Grant>();
  readonly #flights = new Map<string, Promise<Grant>>();

  constructor(deps: AuthorizerDeps) {
    this.#deps = deps;
  }

  /** The header to send without having been asked. */
  known(target: Target): string | undefined {
    const grant = this.#grants.get(keyOf(target));
    return grant !== undefined && grant.expiresAt > this.#deps.now()
      ? grant.authorization
      : undefined;
  }

  /** The header that answers a 401. `refused` is what was sent: it is not used again. */
  async answer(
    target: Target,
    wwwAuthenticate: string,
    refused: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const key = keyOf(target);
    if (this.#grants.get(key)?.authorization === refused) this.#grants.delete(key);
    const known = this.known(target);
    if (known !== undefined) return known;
    const flight = this.#flights.get(key) ?? this.#start(key, target, wwwAuthenticate);
    const grant = await abortable(flight, signal);
    if (grant.authorization === refused) throw unauthorized(target, "refuses the credentials");
    return grant.authorization;
  }

  #start(key: string, target: Target, wwwAuthenticate: string): Promise<Grant> {
    const flight = this.#obtain(target, parseChallenges(wwwAuthenticate))
      .then((grant) => {
        this.#keep(key, grant);
        return grant;
      })
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #obtain(target: Target, challenges: readonly Challenge[]): Promise<Grant> {
    const { credentials, now, send } = this.#deps;
    const credential = credentials.forHost(target.host);
    const challenge = challenges.find(({ scheme }) => scheme === "bearer");
    if (challenge !== undefined) {
      const request = { registry: target.origin, challenge, scope: target.scope, credential };
      const signal = AbortSignal.timeout(flightTimeoutMs);
      return await fetchToken(request, (outgoing) => send(outgoing, signal), now);
    }
    if (!challenges.some(({ scheme }) => scheme === "basic")) {
      throw unauthorized(target, "asks for neither Basic nor Bearer authorization");
    }
    if (credential === undefined)
      throw unauthorized(target, "asks for a password, and there is none");
    return { authorization: basic(credential), expiresAt: now() + basicLifeMs };
  }

  #keep(key: string, grant: Grant): void {
    if (this.#grants.size >= maxGrants) this.#grants.clear();
    this.#grants.set(key, grant);
  }
}

function keyOf({ origin, scope }: Target): string {
  return `${origin.origin} ${scope}`;
}

function unauthorized({ origin }: Target, why: string): ForgeError {
  return new ForgeError("RegistryUnauthorized", `${origin.host} ${why}`);
}

async function abortable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
