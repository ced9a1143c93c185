import { createHmac, randomBytes } from "node:crypto";
import {
  type Clock,
  type Connection,
  KubeClient,
  type KubeObject,
  type Resource,
} from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import { ExpiringMap } from "../expiring-map.ts";
import type { Caller, Person } from "./caller.ts";

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

export interface AuthenticatorOptions {
  /** The server's own client, whose account may create TokenReviews. */
  readonly client: KubeClient;
  /** To the same API server, without any credentials of its own. */
  readonly callers: Connection;
  readonly clock: Clock;
}

/** Slows down who makes the API server be asked about tokens of nobody. */
export interface Guard {
  /** What it throws keeps the token from being asked about. */
  readonly beforeAsking: () => void;
  readonly refused: () => void;
}

const open: Guard = { beforeAsking: () => undefined, refused: () => undefined };

/** How long an answer is remembered: a token that was revoked goes on for no longer. */
const knownMs = 10_000;
const unknownMs = 5_000;
const remembered = 10_000;
const timeoutMs = 10_000;

/** RFC 6750 section 2.1. The API server takes headers of no more than 1 MiB, and tokens of far less. */
const bearer = /^Bearer +([A-Za-z0-9._~+/-]{1,8192}=*) *$/i;

/**
 * Tells who sends a token, by asking the API server (TokenReview). The token itself is kept in
 * memory with its caller for seconds, and is found there by a keyed hash alone.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #salt = randomBytes(32);
  readonly #known: ExpiringMap<Caller | "unknown">;
  readonly #asked = new Map<string, Promise<Caller | "unknown">>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#known = new ExpiringMap({ maximum: remembered, clock: options.clock });
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
    const key = createHmac("sha256", this.#salt).update(token).digest("base64url");
    const caller = this.#known.get(key) ?? (await this.#askOnce(key, token, guard));
    if (caller === "unknown") {
      throw new ForgeError("Unauthenticated", "the cluster's API server does not accept the token");
    }
    return caller;
  }

  /** Requests that come together with one token ask once. */
  async #askOnce(key: string, token: string, guard: Guard): Promise<Caller | "unknown"> {
    guard.beforeAsking();
    const asked =
      this.#asked.get(key) ?? this.#ask(key, token).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    const answer = await asked;
    if (answer === "unknown") guard.refused();
    return answer;
  }

  async #ask(key: string, token: string): Promise<Caller | "unknown"> {
    const review: TokenReview = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      metadata: { name: "" },
      spec: { token },
    };
    const { client, callers, clock } = this.#options;
    const { status } = await client.create<TokenReview>(tokenReviews, review, { timeoutMs });
    const person = personOf(status);
    if (person === undefined) {
      this.#known.set(key, "unknown", unknownMs);
      return "unknown";
    }
    const headers = { authorization: `Bearer ${token}` };
    const caller = { ...person, key, client: new KubeClient(callers, { clock, headers }) };
    this.#known.set(key, caller, knownMs);
    return caller;
  }
}

function personOf(status: TokenReview["status"]): Person | undefined {
  const user = status?.user?.username;
  if (status?.authenticated !== true || user === undefined || user === "") return undefined;
  return { user, groups: status.user?.groups ?? [] };
}
