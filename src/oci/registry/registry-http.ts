import { setTimeout as delay } from "node:timers/promises";
import { Agent, type Dispatcher } from "undici";
import type { Logger } from "../../telemetry/index.ts";
import { Authorizer } from "../auth/authorizer.ts";
import { anonymous, type Credentials } from "../auth/credentials.ts";
import type { RepositoryName } from "../reference.ts";
import { originOf } from "./origin.ts";
import { type Answer, type Outgoing, send, type Timeouts } from "./request.ts";
import { type RetryDeps, retrying } from "./retry.ts";

export interface RegistryClientOptions {
  readonly credentials?: Credentials;
  /** Hosts (with port) to which plain http may be spoken; loopback always may. */
  readonly insecureHosts?: Iterable<string>;
  /** Connections to one host at a time. */
  readonly connectionsPerHost?: number;
  readonly timeouts?: Partial<Timeouts>;
  readonly log?: Pick<Logger, "debug">;
  readonly now?: () => number;
  readonly random?: () => number;
  readonly sleep?: RetryDeps["sleep"];
  /** Whoever passes one in closes it. */
  readonly dispatcher?: Dispatcher;
}

export type Action = "pull" | "pull,push";

/** Requests to one repository of a registry: authorized, and repeated where that may help. */
export interface RepositorySession {
  /** `rest` follows /v2/<path>/; a URL is taken as it is, and gets credentials only at home. */
  request(outgoing: Omit<Outgoing, "url"> & { readonly url: URL }): Promise<Answer>;
  readonly origin: URL;
}

const defaultTimeouts: Timeouts = { silenceMs: 30_000, exchangeMs: 300_000 };

/** The HTTP side of a registry client: one connection pool, one cache of tokens. */
export class RegistryHttp implements AsyncDisposable {
  readonly #dispatcher: Dispatcher;
  readonly #ownsDispatcher: boolean;
  readonly #insecureHosts: ReadonlySet<string>;
  readonly #timeouts: Timeouts;
  readonly #authorizer: Authorizer;
  readonly #retryDeps: RetryDeps;

  constructor(options: RegistryClientOptions) {
    this.#ownsDispatcher = options.dispatcher === undefined;
    this.#dispatcher =
      options.dispatcher ?? new Agent({ connections: options.connectionsPerHost ?? 8 });
    this.#insecureHosts = new Set(options.insecureHosts);
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#retryDeps = {
      now: options.now ?? Date.now,
      random: options.random ?? Math.random,
      sleep: options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal })),
      log: options.log ?? { debug: () => undefined },
    };
    this.#authorizer = new Authorizer({
      credentials: options.credentials ?? anonymous,
      now: this.#retryDeps.now,
      send: (outgoing, signal) => send(this.#dispatcher, outgoing, this.#timeouts, signal),
    });
  }

  now(): number {
    return this.#retryDeps.now();
  }

  /** Runs an operation of one or more requests; it starts again as a whole after what may pass. */
  async run<Result>(
    name: RepositoryName,
    action: Action,
    signal: AbortSignal,
    operation: (session: RepositorySession) => Promise<Result>,
  ): Promise<Result> {
    const origin = originOf(name.host, this.#insecureHosts);
    const target = { host: name.host, origin, scope: `repository:${name.path}:${action}` };
    const session: RepositorySession = {
      origin,
      request: async (outgoing) => {
        const first = this.#authorizer.known(target);
        const answer = await this.#send(outgoing, origin, first, signal);
        const challenge = answer.header("www-authenticate");
        const isAtHome = answer.url.origin === origin.origin;
        if (answer.status !== 401 || challenge === undefined || !isAtHome) return answer;
        await answer.discard();
        const second = await this.#authorizer.answer(target, challenge, first, signal);
        return await this.#send(outgoing, origin, second, signal);
      },
    };
    return await retrying(() => operation(session), this.#retryDeps, signal);
  }

  #send(
    outgoing: Outgoing,
    origin: URL,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const isAtHome = outgoing.url.origin === origin.origin;
    const headers =
      authorization === undefined || !isAtHome
        ? outgoing.headers
        : { ...outgoing.headers, authorization };
    return send(
      this.#dispatcher,
      { ...outgoing, ...(headers === undefined ? {} : { headers }) },
      this.#timeouts,
      signal,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ownsDispatcher) await this.#dispatcher.close();
  }
}
