import { createHmac, randomBytes } from "node:crypto";
import {
  type Clock,
  type Connection,
  KubeClient,
  type KubeObject,
  type Resource,
  whoAmI,
} from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import { FairLimit } from "../../concurrency/index.ts";
import { ExpiringMap } from "../expiring-map.ts";
import type { Caller, Person } from "./caller.ts";
import type { Issuer } from "./issuer.ts";
import { shapeOf, type TokenShape } from "./token-shape.ts";

const tokenReviews: Resource = {
  group: "authentication.k8s.io",
  version: "v1",
  plural: "tokenreviews",
  kind: "TokenReview",
  namespaced: false,
};

interface TokenReview extends KubeObject {
  readonly spec: { readonly token: string };
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: { readonly username?: string; readonly groups?: readonly string[] };
  };
}

/** For people whom the API server does not know. */
export interface Impersonation {
  readonly issuer: Issuer;
  /** With the server's own credentials, whose account may impersonate. */
  readonly connection: Connection;
}

export interface AuthenticatorOptions {
  /** Undefined: the API server alone knows who somebody is. */
  readonly impersonation?: Impersonation | undefined;
  /** The server's own client, whose account may create TokenReviews. */
  readonly client: KubeClient;
  /** To the same API server, without any credentials of its own. */
  readonly callers: Connection;
  readonly clock: Clock;
}

/** Slows down who makes the API server be asked about tokens of nobody. */
export interface Guard {
  /** The client's; who floods from it leaves others their share of questions. */
  readonly address: string;
  /** What it throws keeps the token from being asked about. */
  readonly beforeAsking: (shape: TokenShape) => void;
  readonly refused: (shape: TokenShape) => void;
}

const open: Guard = { address: "", beforeAsking: () => undefined, refused: () => undefined };

/** Questions at once, and of one address about tokens of one shape. */
const questions = { atOnce: 64, perParty: 16, mayWait: 1_024, mayWaitPerParty: 256 };

/** How long an answer is remembered: a token that was revoked goes on for no longer. */
const knownMs = 10_000;
const unknownMs = 5_000;
const remembered = 10_000;
/** A token that was somebody's is asked about again, whatever its address sends besides. */
const acceptedMs = 24 * 3_600_000;
const timeoutMs = 10_000;

/** RFC 6750 section 2.1. The API server takes headers of no more than 1 MiB, and tokens of far less. */
const bearer = /^Bearer +([A-Za-z0-9._~+/-]{1,8192}=*) *$/i;

/**
 * Tells who sends a token, by asking the API server (TokenReview); of an issuer that it does not
 * know, by the issuer's keys. The token itself is kept in memory with its caller for seconds, and is
 * found there by a keyed hash alone.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #salt = randomBytes(32);
  readonly #known: ExpiringMap<Caller | Refusal>;
  readonly #accepted: ExpiringMap<true>;
  readonly #questions = new FairLimit({
    ...questions,
    refusal: () => new ForgeError("ServerBusy", "too many tokens wait to be asked about"),
  });
  readonly #asked = new Map<string, Promise<Caller | Refusal>>();
  /** Who the server itself is, once somebody was impersonated. */
  #self: { readonly user: string } | undefined;

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    const { clock } = options;
    this.#known = new ExpiringMap({ maximum: remembered, clock });
    this.#accepted = new ExpiringMap({ maximum: remembered, clock });
  }

  /**
   * @param authorization value of the header
   * @throws ForgeError Unauthenticated
   */
  async authenticate(authorization: string | null, guard: Guard = open): Promise<Caller> {
    const token = bearer.exec(authorization ?? "")?.[1];
    if (token === undefined) {
      throw new ForgeError("Unauthenticated", "the request carries no bearer token");
    }
    const shape = shapeOf(token);
    if (shape === "malformed") throw new ForgeError("Unauthenticated", "the token is malformed");
    const key = createHmac("sha256", this.#salt).update(token).digest("base64url");
    const caller = this.#known.get(key) ?? (await this.#askOnce({ key, token, shape }, guard));
    if (caller instanceof Refusal) throw new ForgeError("Unauthenticated", caller.why);
    return caller;
  }

  /** Requests that come together with one token ask once. */
  async #askOnce(unknown: Unknown, guard: Guard): Promise<Caller | Refusal> {
    const { key } = unknown;
    const asked =
      this.#asked.get(key) ??
      this.#askGuarded(unknown, guard).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  async #askGuarded({ key, token, shape }: Unknown, guard: Guard): Promise<Caller | Refusal> {
    if (this.#accepted.get(key) === true) return this.#ask(key, token);
    guard.beforeAsking(shape);
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await this.#questions.run(
      `${guard.address} ${shape}`,
      async () => {
        // Many were refused while it waited.
        guard.beforeAsking(shape);
        const found = await this.#ask(key, token);
        if (found instanceof Refusal) guard.refused(shape);
        return found;
      },
      signal,
    );
    return answer;
  }

  async #ask(key: string, token: string): Promise<Caller | Refusal> {
    const { impersonation } = this.#options;
    const asked = impersonation?.issuer.isOf(token)
      ? await this.#impersonated(key, token, impersonation)
      : await this.#reviewed(key, token);
    const { found, lifetimeMs } = asked;
    this.#known.set(key, found, lifetimeMs);
    if (found instanceof Refusal) this.#accepted.delete(key);
    else this.#accepted.set(key, true, acceptedMs);
    return found;
  }

  async #reviewed(key: string, token: string): Promise<Answer> {
    const review: TokenReview = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      metadata: { name: "" },
      spec: { token },
    };
    const { client, callers, clock } = this.#options;
    const { status } = await client.create<TokenReview>(tokenReviews, review, { timeoutMs });
    const person = personOf(status);
    if (person === undefined) return refusal("the cluster's API server does not accept the token");
    const headers = { authorization: `Bearer ${token}` };
    const found = { ...person, key, client: new KubeClient(callers, { clock, headers }) };
    return { found, lifetimeMs: knownMs };
  }

  /** The API server judges whom the headers name, and its audit log tells of both. */
  async #impersonated(
    key: string,
    token: string,
    { issuer, connection }: Impersonation,
  ): Promise<Answer> {
    const { clock, client } = this.#options;
    try {
      const { until, user, groups } = await issuer.verify(token);
      this.#self ??= await whoAmI(client, { timeoutMs });
      const headers = { "impersonate-user": user, "impersonate-group": [...groups] };
      const found = {
        ...{ user, groups, key, impersonatedBy: this.#self.user },
        client: new KubeClient(connection, { clock, headers }),
      };
      return { found, lifetimeMs: Math.min(knownMs, Math.max(0, until - clock.now())) };
    } catch (error) {
      if (error instanceof ForgeError && error.code === "Unauthenticated") {
        return refusal(error.message);
      }
      throw error;
    }
  }
}

/** Why a token is nobody's; remembered like a caller. */
class Refusal {
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** A token of which nothing is remembered. */
interface Unknown {
  readonly key: string;
  readonly token: string;
  readonly shape: TokenShape;
}

interface Answer {
  readonly found: Caller | Refusal;
  readonly lifetimeMs: number;
}

function refusal(why: string): Answer {
  return { found: new Refusal(why), lifetimeMs: unknownMs };
}

function personOf(status: TokenReview["status"]): Person | undefined {
  const user = status?.user?.username;
  if (status?.authenticated !== true || user === undefined || user === "") return undefined;
  return { user, groups: status.user?.groups ?? [] };
}
