import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "../../telemetry/index.ts";
import { Authorizer, type Target } from "../auth/authorizer.ts";
import { anonymous, type Credentials } from "../auth/credentials.ts";
import { mergeScopes, repositoryScope, type Scopes } from "../auth/scope.ts";
import { formatRepository, type RepositoryName } from "../reference.ts";
import { originOf } from "./origin.ts";
import { type Answer, type Outgoing, send, type Timeouts } from "./request.ts";
import { type RetryDeps, retrying } from "./retry.ts";
import { Transport, type TransportOptions } from "./transport.ts";
import { Warnings } from "./warnings.ts";

export interface RegistryClientOptions extends TransportOptions {
  readonly credentials?: Credentials;
  /** Hosts (with port) to which plain http may be spoken; loopback always may. */
  readonly insecureHosts?: Iterable<string>;
  readonly timeouts?: Partial<Timeouts>;
  readonly log?: Pick<Logger, "debug" | "warn">;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: RetryDeps["sleep"];
  /** Larger blobs go up in pieces of this size, and a broken upload goes on where it was. */
  readonly uploadChunkBytes?: number;
}

/** What an operation does to its repository, and reads of others. */
export interface Access {
  readonly actions: readonly ("pull" | "push" | "delete")[];
  /** A repository that blobs are mounted from. */
  readonly mountFrom?: string | undefined;
}

export const pull: Access = { actions: ["pull"] };
export const push: Access = { actions: ["pull", "push"] };

/** Requests to one repository of a registry: authorized, and repeated where that may help. */
export interface RepositorySession {
  /** To any URL; only those at the registry's own origin get credentials. */
  request(outgoing: Outgoing): Promise<Answer>;
  readonly origin: URL;
  readonly now: () => number;
}

const defaultTimeouts: Timeouts = { silenceMs: 30_000, exchangeMs: 300_000 };

/** A second renewal is for a challenge that asks for more than the first one did. */
const maxRenewals = 2;

/** The HTTP side of a registry client: one set of connections, one cache of tokens. */
export class RegistryHttp implements AsyncDisposable {
  readonly retryDeps: RetryDeps;
  readonly #transport: Transport;
  readonly #insecureHosts: ReadonlySet<string>;
  readonly #tlsHosts: ReadonlySet<string>;
  readonly #timeouts: Timeouts;
  readonly #authorizer: Authorizer;
  readonly #warnings: Warnings;

  constructor(options: RegistryClientOptions) {
    const log = options.log ?? { debug: () => undefined, warn: () => undefined };
    this.#transport = new Transport(options);
    this.#insecureHosts = new Set(options.insecureHosts);
    this.#tlsHosts = new Set(
      Object.entries(options.hosts ?? {}).flatMap(([host, { ca, cert }]) =>
        ca === undefined && cert === undefined ? [] : [host],
      ),
    );
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#warnings = new Warnings(log);
    this.retryDeps = {
      now: options.now ?? Date.now,
      random: options.random ?? Math.random,
      sleep: options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal })),
      log,
    };
    this.#authorizer = new Authorizer({
      credentials: options.credentials ?? anonymous,
      now: this.retryDeps.now,
      send: (outgoing, signal) => send(this.#transport, outgoing, this.#timeouts, signal),
    });
  }

  /** Runs an operation of one or more requests; it starts again as a whole after what may pass. */
  async run<Result>(
    name: RepositoryName,
    access: Access,
    signal: AbortSignal,
    operation: (session: RepositorySession) => Promise<Result>,
  ): Promise<Result> {
    const session = this.session(name, access, signal);
    return await retrying(() => operation(session), this.retryDeps, signal);
  }

  /** Requests to a repository, none of them repeated. */
  session(name: RepositoryName, access: Access, signal: AbortSignal): RepositorySession {
    return this.#sessionOf(name.host, formatRepository(name), scopesOf(name, access), signal);
  }

  /** Runs an operation on the registry as a whole. */
  async runAt<Result>(
    host: string,
    signal: AbortSignal,
    operation: (session: RepositorySession) => Promise<Result>,
  ): Promise<Result> {
    const session = this.#sessionOf(host, host, new Map(), signal);
    return await retrying(() => operation(session), this.retryDeps, signal);
  }

  #sessionOf(host: string, place: string, scopes: Scopes, signal: AbortSignal): RepositorySession {
    const origin = originOf(host, this.#insecureHosts, this.#tlsHosts);
    const target: Target = { place, origin, scopes };
    return {
      origin,
      now: this.retryDeps.now,
      request: (outgoing) => this.#request(target, outgoing, signal),
    };
  }

  async #request(target: Target, outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
    let authorization = this.#authorizer.known(target);
    let before: string | undefined;
    for (let renewals = 0; ; renewals++) {
      const answer = await this.#send(outgoing, target.origin, authorization, signal);
      const challenge = answer.header("www-authenticate");
      const isAtHome = answer.url.origin === target.origin.origin;
      const isAnswerable = answer.status === 401 && challenge !== undefined && isAtHome;
      if (!isAnswerable || renewals === maxRenewals || challenge === before) return answer;
      await answer.discard();
      authorization = await this.#authorizer.answer(target, challenge, authorization, signal);
      before = challenge;
    }
  }

  async #send(
    outgoing: Outgoing,
    origin: URL,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const isAtHome = outgoing.url.origin === origin.origin;
    const headers = { ...outgoing.headers, ...(authorization && isAtHome && { authorization }) };
    const answer = await send(this.#transport, { ...outgoing, headers }, this.#timeouts, signal);
    this.#warnings.note(answer);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

function scopesOf({ path }: RepositoryName, { actions, mountFrom }: Access): Scopes {
  const own = repositoryScope(path, actions);
  return mountFrom === undefined ? own : mergeScopes(own, repositoryScope(mountFrom, ["pull"]));
}
