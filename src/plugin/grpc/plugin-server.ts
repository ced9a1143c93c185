import {
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { ForgeError } from "../../api/index.ts";
import type { ConcurrencyLimit } from "../../concurrency/index.ts";
import type { Logger, PluginMetrics } from "../../telemetry/index.ts";
import { receiveFolder } from "../archive/receive-folder.ts";
import type { ManifestGenerator } from "../manifest-generator.ts";
import { readPointer } from "../pointer.ts";
import type { AppStreamRequest, ManifestResponse, RepositoryResponse } from "./messages.ts";
import { pluginService } from "./service.ts";
import { type PlacedSocket, placeSocket } from "./socket.ts";
import { statusOf } from "./status.ts";

export interface PluginServerDeps {
  /** Where Argo CD looks: <its plugin folder>/<name>.sock. */
  readonly socket: string;
  readonly socketMode: number;
  readonly generator: Pick<ManifestGenerator, "generate">;
  readonly limit: ConcurrencyLimit;
  /** The longest that a request may take, whatever its own deadline is. */
  readonly requestTimeoutMs: number;
  readonly metrics: Pick<PluginMetrics, "generated">;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Call = ServerReadableStream<AppStreamRequest, unknown>;

/** So much is kept of a deadline for the answer to be in time: ours says more than Argo CD's. */
const reserveMs = 500;
const messageBytes = 100 * 1024 * 1024;

/** Serves Argo CD's ConfigManagementPluginService on a unix socket. */
export class PluginServer {
  readonly #deps: PluginServerDeps;
  readonly #server = new Server({
    "grpc.max_send_message_length": messageBytes,
    "grpc.max_receive_message_length": messageBytes,
  });
  #socket: PlacedSocket | undefined;

  constructor(deps: PluginServerDeps) {
    this.#deps = deps;
    this.#server.addService(pluginService, {
      checkPluginConfiguration: (_call: unknown, answer: sendUnaryData<unknown>) =>
        // With discovery on, Argo CD would send the whole repository once more for every question.
        answer(null, { isDiscoveryConfigured: false, provideGitCreds: false }),
      generateManifest: (call: Call, answer: sendUnaryData<ManifestResponse>) =>
        void this.#answer(call, answer, (signal) => this.#generate(call, signal)),
      matchRepository: (call: Call, answer: sendUnaryData<RepositoryResponse>) =>
        void this.#answer(call, answer, () => matchRepository(call)),
      getParametersAnnouncement: (call: Call, answer: sendUnaryData<unknown>) =>
        void this.#answer(call, answer, async () => {
          await call.resume().toArray();
          return {};
        }),
    });
  }

  get serving(): boolean {
    return this.#socket !== undefined;
  }

  async start(): Promise<void> {
    const { socket, socketMode } = this.#deps;
    this.#socket = await placeSocket(socket, socketMode, async (path) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) =>
        error === null ? resolve() : reject(error),
      );
      await promise;
    });
  }

  /** Takes no more, and lets what runs come to its end; after the grace it is cut off. */
  async stop(graceMs: number): Promise<void> {
    await this.#socket?.remove();
    this.#socket = undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(() => {
      this.#server.forceShutdown();
      resolve();
    }, graceMs);
    this.#server.tryShutdown(() => resolve());
    await promise;
    clearTimeout(late);
  }

  async #generate(call: Call, signal: AbortSignal): Promise<ManifestResponse> {
    const started = performance.now();
    const { generator, limit, metrics } = this.#deps;
    let failure: unknown;
    try {
      const folder = await receiveFolder(call);
      const manifests = await limit.run(() => generator.generate(folder, signal), signal);
      return { manifests };
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      metrics.generated(failure, (performance.now() - started) / 1_000);
    }
  }

  async #answer<Response>(
    call: Call,
    answer: sendUnaryData<Response>,
    work: (signal: AbortSignal) => Promise<Response>,
  ): Promise<void> {
    const { requestTimeoutMs, now, log } = this.#deps;
    const deadline = Number(call.getDeadline()) - now() - reserveMs;
    const timeMs = Math.max(1, Math.min(requestTimeoutMs, deadline));
    const stop = new AbortController();
    const giveUp = (why: string) => () => stop.abort(new ForgeError("Timeout", why));
    const timer = setTimeout(giveUp(`not done within ${Math.round(timeMs)} ms`), timeMs);
    const onCancelled = giveUp("Argo CD gave up");
    const end = (reason: unknown): void => {
      // Whoever reads the stream is waiting for more of it.
      call.destroy(reason instanceof Error ? reason : undefined);
    };
    stop.signal.addEventListener("abort", () => end(stop.signal.reason), { once: true });
    call.on("error", () => undefined);
    call.once("cancelled", onCancelled);
    try {
      answer(null, await work(stop.signal));
    } catch (error) {
      log.warn({ error }, "a request failed");
      answer(statusOf(error));
    } finally {
      clearTimeout(timer);
      // It comes with the end of every call, also of one that was answered.
      call.off("cancelled", onCancelled);
    }
  }
}

async function matchRepository(call: Call): Promise<RepositoryResponse> {
  const answer = (isSupported: boolean) => ({ isSupported, isDiscoveryEnabled: false });
  try {
    readPointer((await receiveFolder(call)).pointer);
    return answer(true);
  } catch (error) {
    if (error instanceof ForgeError) return answer(false);
    throw error;
  }
}
