/**
 * Authorization for one registry at a time.
 *
 * A grant belongs to the origin of the registry and the place whose credentials it was obtained
 * with, and is sent to that origin alone. It serves every request whose scopes it covers. It is
 * obtained on the first 401, kept until it expires, and fetched once for all who wait for it; that
 * flight has a timeout of its own, so that one caller's abort does not fail the others.
 */
import { ForgeError } from "../../api/index.ts";
import type { Answer, Outgoing } from "../registry/request.ts";
import { type Challenge, parseChallenges } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { covers, formatScopes, mergeScopes, parseScopes, type Scopes } from "./scope.ts";
import { basic, fetchToken, type Grant } from "./token.ts";

export interface Target {
  /** `<host>[/<path>]` as image references carry it: the key of the credentials. */
  readonly place: string;
  readonly origin: URL;
  readonly scopes: Scopes;
}

export interface AuthorizerDeps {
  readonly credentials: Credentials;
  readonly now: () => number;
  readonly send: (outgoing: Outgoing, signal: AbortSignal) => Promise<Answer>;
}

interface Kept extends Grant {
  readonly scopes: Scopes;
}

const flightTimeoutMs = 60_000;
const basicLifeMs = 3_600_000;
const maxPlaces = 1_000;
const maxGrantsPerPlace = 8;

export class Authorizer {
  readonly #deps: AuthorizerDeps;
  /** By origin and place, newest last. */
  readonly #grants = new Map<string, Kept[]>();
  readonly #flights = new Map<string, Promise<Kept>>();

  constructor(deps: AuthorizerDeps) {
    this.#deps = deps;
  }

  /** The header to send without having been asked. */
  known(target: Target): string | undefined {
    const now = this.#deps.now();
    return this.#grants
      .get(keyOf(target))
      ?.findLast((grant) => grant.expiresAt > now && covers(grant.scopes, target.scopes))
      ?.authorization;
  }

  /**
   * The header that answers a 401. `refused` is what was sent: it is not used again. Scopes that
   * the registry names are asked for beside ours, in one token.
   */
  async answer(
    target: Target,
    wwwAuthenticate: string,
    refused: string | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const key = keyOf(target);
    const others = this.#grants.get(key)?.filter(({ authorization }) => authorization !== refused);
    if (others !== undefined) this.#grants.set(key, others);
    const challenges = parseChallenges(wwwAuthenticate);
    const named = challenges.find(isBearer)?.parameters.get("scope") ?? "";
    const scopes = mergeScopes(target.scopes, parseScopes(named));
    const known = this.known({ ...target, scopes });
    if (known !== undefined) return known;
    const flightKey = [key, ...formatScopes(scopes)].join(" ");
    const flight =
      this.#flights.get(flightKey) ?? this.#start(flightKey, { ...target, scopes }, challenges);
    const grant = await abortable(flight, signal);
    if (grant.authorization === refused) throw unauthorized(target, "refuses the credentials");
    return grant.authorization;
  }

  #start(flightKey: string, target: Target, challenges: readonly Challenge[]): Promise<Kept> {
    const flight = this.#obtain(target, challenges)
      .then((grant) => this.#keep(target, grant))
      .finally(() => this.#flights.delete(flightKey));
    this.#flights.set(flightKey, flight);
    return flight;
  }

  async #obtain(target: Target, challenges: readonly Challenge[]): Promise<Grant> {
    const { credentials, now, send } = this.#deps;
    const signal = AbortSignal.timeout(flightTimeoutMs);
    const credential = await credentials.find(target.place, signal);
    const challenge = challenges.find(isBearer);
    if (challenge !== undefined) {
      const scopes = formatScopes(target.scopes);
      return await fetchToken(
        { registry: target.origin, challenge, scopes, credential },
        { send: (outgoing) => send(outgoing, signal), now },
      );
    }
    if (!challenges.some(({ scheme }) => scheme === "basic")) {
      throw unauthorized(target, "asks for neither Basic nor Bearer authorization");
    }
    if (credential === undefined || !("password" in credential)) {
      throw unauthorized(target, "asks for a password, and there is none");
    }
    return { authorization: basic(credential), expiresAt: now() + basicLifeMs };
  }

  #keep(target: Target, grant: Grant): Kept {
    const kept = { ...grant, scopes: target.scopes };
    const key = keyOf(target);
    const others = this.#grants.get(key) ?? [];
    if (this.#grants.size >= maxPlaces) this.#grants.clear();
    this.#grants.set(key, [...others, kept].slice(-maxGrantsPerPlace));
    return kept;
  }
}

function isBearer({ scheme }: Challenge): boolean {
  return scheme === "bearer";
}

function keyOf({ origin, place }: Target): string {
  return `${origin.origin} ${place}`;
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
