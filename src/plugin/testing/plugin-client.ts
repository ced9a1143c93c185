import { createHash } from "node:crypto";
import {
  type ClientWritableStream,
  credentials,
  makeGenericClientConstructor,
} from "@grpc/grpc-js";
import { pathVariable } from "../application-folder.ts";
import type { AppStreamRequest, ManifestResponse, PluginConfiguration } from "../grpc/messages.ts";
import { pluginService } from "../grpc/service.ts";

export interface PluginRequest {
  /** What Argo CD says of the Application's path. */
  readonly path?: string | undefined;
  readonly appRelPath?: string;
  readonly tgz: Uint8Array;
  readonly checksum?: string;
  readonly chunkBytes?: number;
  readonly deadlineMs?: number;
  /** Sends the metadata, and then nothing. */
  readonly stall?: boolean;
}

type Answer<Response> = (error: Error | null, response?: Response) => void;

const PluginService = makeGenericClientConstructor(pluginService, "ConfigManagementPlugin");

/** Talks to a plugin as Argo CD's repo-server does. */
export class PluginClient {
  readonly #client;
  readonly #calls = new Set<ClientWritableStream<AppStreamRequest>>();

  constructor(socket: string) {
    this.#client = new PluginService(`unix:${socket}`, credentials.createInsecure(), {
      // Else clients of one path share a connection, and never meet a newer server.
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  async generate(request: PluginRequest): Promise<readonly string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const { path, appRelPath = ".", tgz, chunkBytes = 64 * 1024, deadlineMs = 20_000 } = request;
    const options = { deadline: Date.now() + deadlineMs };
    const answer: Answer<ManifestResponse> = (error, response) =>
      error === null ? resolve(response?.manifests ?? []) : reject(error);
    const call = this.#client["generateManifest"]?.call(
      this.#client,
      options,
      answer,
    ) as ClientWritableStream<AppStreamRequest>;
    this.#calls.add(call);
    // A call that failed already takes no more; the answer says why.
    call.on("error", () => undefined);
    const checksum = request.checksum ?? createHash("sha256").update(tgz).digest("hex");
    const environment = new Map(path === undefined ? [] : [[pathVariable, path]]);
    call.write({
      metadata: { appName: "auth", appRelPath, checksum, size: tgz.byteLength, environment },
    });
    if (!request.stall) {
      for (let at = 0; at < tgz.byteLength; at += chunkBytes) {
        call.write({ chunk: tgz.subarray(at, at + chunkBytes) });
      }
      call.end();
    }
    try {
      return await promise;
    } finally {
      this.#calls.delete(call);
    }
  }

  async configuration(): Promise<PluginConfiguration | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<PluginConfiguration | undefined>();
    const answer: Answer<PluginConfiguration> = (error, response) =>
      error === null ? resolve(response) : reject(error);
    this.#client["checkPluginConfiguration"]?.call(this.#client, {}, answer);
    return await promise;
  }

  cancelAll(): void {
    for (const call of this.#calls) call.cancel();
  }

  close(): void {
    this.#client.close();
  }
}
