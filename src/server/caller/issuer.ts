/** Tokens of an OpenID Connect provider that the cluster's API server does not know. */
import {
  createRemoteJWKSet,
  customFetch,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import { z } from "zod";
import type { Clock } from "../../../controller/kube/index.ts";
import { ForgeError, isLoopback, messageOf } from "../../api/index.ts";
import type { Connections, Network } from "../../network/index.ts";
import type { Person } from "./caller.ts";

export interface IssuerOptions {
  /** As tokens have it in `iss`, and as its own discovery document says. */
  readonly url: string;
  /** What tokens must have in `aud`. */
  readonly audience: string;
  readonly usernameClaim: string;
  /** Undefined: nobody is in any group. */
  readonly groupsClaim: string | undefined;
  /** Before every name, so that none of them is one of the cluster's own. */
  readonly prefix: string;
  /** Those that are taken from a token, with the prefix; all others are left out. */
  readonly groups: readonly string[];
  /** Certificate authority in PEM, besides the system's. */
  readonly ca: string | undefined;
  readonly network: Network;
  readonly clock: Clock;
}

/** Whom a token names, and until when. */
export interface KnownPerson extends Person {
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const timeoutMs = 5_000;
const maximumBytes = 256 * 1_024;
/** Between two attempts, however many tokens come meanwhile. */
const retryMs = 5_000;
const clockToleranceSeconds = 10;
/** With a key pair: a shared secret would let everybody who verifies sign too (RFC 8725 section 3.2). */
const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].concat(
  ["ES256", "ES384", "ES512"],
  ["EdDSA", "Ed25519"],
);
/** What fits into a header as it stands, and comes out of it as it went in. */
const namePattern = /^[!-~](?:[ -~]{0,254}[!-~])?$/;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Verifies tokens by the keys that their issuer publishes (OpenID Connect Discovery 1.0, section 4). */
export class Issuer {
  readonly #options: IssuerOptions;
  readonly #connections: Connections;
  #keys: Promise<JWTVerifyGetKey> | undefined;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(options: IssuerOptions) {
    this.#options = options;
    const { ca, network } = options;
    const connect = ca === undefined ? {} : { ca };
    this.#connections = network.open({ connect, connectMs: timeoutMs });
  }

  /** Whether a token says that it is of this issuer: nothing is known of it yet. */
  isOf(token: string): boolean {
    try {
      return decodeJwt(token).iss === this.#options.url;
    } catch {
      return false;
    }
  }

  /** @throws ForgeError Unauthenticated, IssuerUnreachable */
  async verify(token: string): Promise<KnownPerson> {
    const { url: issuer, audience, clock } = this.#options;
    const keys = await this.#published();
    const currentDate = new Date(clock.now());
    try {
      const { payload } = await jwtVerify(token, keys, {
        ...{ issuer, audience, algorithms, currentDate },
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ["exp"],
      });
      return { ...this.#personOf(payload), until: (payload.exp ?? 0) * 1_000 };
    } catch (error) {
      if (error instanceof ForgeError) throw error;
      if (isRefusal(error)) throw refused(messageOf(error), error);
      throw unreachable(issuer, error);
    }
  }

  close(): Promise<void> {
    return this.#connections.close();
  }

  #personOf(claims: JWTPayload): Person {
    const { usernameClaim, groupsClaim, prefix, groups } = this.#options;
    const name = claims[usernameClaim];
    if (typeof name !== "string" || name === "") {
      throw refused(`the token has no claim ${usernameClaim}`);
    }
    // As the API server has it: who says anything of it must say yes.
    const verified = claims["email_verified"];
    if (usernameClaim === "email" && verified !== undefined && verified !== true) {
      throw refused("the token's email address is not verified");
    }
    const user = `${prefix}${name}`;
    if (!namePattern.test(user)) throw refused("the token's user name cannot be handed on");
    if (isReserved(user)) throw refused("the token's user name is one of the cluster's own");
    const claimed = groupsClaim === undefined ? [] : claims[groupsClaim];
    const named = (Array.isArray(claimed) ? claimed : [claimed]).map(
      (group) => `${prefix}${group}`,
    );
    return { user, groups: groups.filter((group) => named.includes(group) && !isReserved(group)) };
  }

  #published(): Promise<JWTVerifyGetKey> {
    if (this.#keys !== undefined) return this.#keys;
    const now = this.#options.clock.monotonic();
    if (now < this.#retryAt) {
      const failure = new Error("it could not be reached a moment ago");
      return Promise.reject(unreachable(this.#options.url, failure));
    }
    this.#retryAt = now + retryMs;
    this.#keys = this.#discover().catch((error: unknown) => {
      this.#keys = undefined;
      throw unreachable(this.#options.url, error);
    });
    return this.#keys;
  }

  async #discover(): Promise<JWTVerifyGetKey> {
    const { url } = this.#options;
    const address = `${url.replace(/\/$/, "")}/.well-known/openid-configuration`;
    const answer = await this.#fetch(address, AbortSignal.timeout(timeoutMs));
    if (answer.status !== 200) throw new Error(`its discovery document is a ${answer.status}`);
    const found = discovery.parse(await answer.json());
    if (found.issuer !== url) throw new Error("its discovery document is that of another issuer");
    return createRemoteJWKSet(issuerUrl(found.jwks_uri), {
      timeoutDuration: timeoutMs,
      cooldownDuration: retryMs,
      [customFetch]: (keysUrl, { signal }) => this.#fetch(keysUrl, signal),
    });
  }

  /** No redirects, and no more than is bearable. */
  async #fetch(url: string, signal: AbortSignal): Promise<Response> {
    const headers = { accept: "application/json" };
    const request = { url: new URL(url), method: "GET", headers, signal } as const;
    const { statusCode: status, body } = await this.#connections.request(request);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of body as AsyncIterable<Uint8Array>) {
      size += part.byteLength;
      if (size > maximumBytes) throw new Error(`it answers with more than ${maximumBytes} bytes`);
      parts.push(part);
    }
    return new Response(status === 200 ? Buffer.concat(parts, size) : null, { status });
  }
}

/**
 * An address that keys may be read from: by https, or on this machine.
 * @throws TypeError
 */
export function issuerUrl(text: string): URL {
  const url = new URL(text);
  const isPlainHere = url.protocol === "http:" && isLoopback(url.hostname);
  if (url.protocol === "https:" || isPlainHere) return url;
  throw new TypeError(`${url.origin} is not https`);
}

/** Kubernetes keeps these names for itself: nodes, service accounts, system:masters. */
export function isReserved(name: string): boolean {
  return name.trim().toLowerCase().startsWith("system:");
}

/** Everything that jose finds wrong with a token; what it finds wrong with the issuer is no refusal. */
function isRefusal(error: unknown): boolean {
  const { JOSEError, JWKSInvalid, JWKSTimeout } = errors;
  return (
    error instanceof JOSEError &&
    !(error instanceof JWKSTimeout) &&
    !(error instanceof JWKSInvalid) &&
    error.code !== JOSEError.code
  );
}

function refused(why: string, cause?: unknown): ForgeError {
  return new ForgeError("Unauthenticated", `the token is not accepted: ${why}`, { cause });
}

function unreachable(issuer: string, cause: unknown): ForgeError {
  return new ForgeError("IssuerUnreachable", `${issuer}: ${messageOf(cause)}`, { cause });
}
