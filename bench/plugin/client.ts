import { createHash } from "node:crypto";
import { credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import { type ManifestResponse, pathVariable, pluginService } from "../../src/plugin/index.ts";

const PluginService = makeGenericClientConstructor(pluginService, "ConfigManagementPlugin");

/** Asks a plugin over its socket, on one connection that stays. */
export class SocketClient {
  readonly #client;

  constructor(socket: string) {
    this.#client = new PluginService(`unix:${socket}`, credentials.createInsecure(), {
      "grpc.max_receive_message_length": 128 * 1024 * 1024,
    });
  }

  async generate(path: string, tgz: Uint8Array): Promise<readonly string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const answer = (error: Error | null, response?: ManifestResponse) =>
      error === null ? resolve(response?.manifests ?? []) : reject(error);
    const call = this.#client["generateManifest"]?.call(
      this.#client,
      { deadline: Date.now() + 60_000 },
      answer,
    );
    const checksum = createHash("sha256").update(tgz).digest("hex");
    const environment = new Map([[pathVariable, path]]);
    const size = tgz.byteLength;
    call.write({ metadata: { appName: "app", appRelPath: ".", checksum, size, environment } });
    // As small as Argo CD's pieces are.
    for (let at = 0; at < size; at += 1_024) call.write({ chunk: tgz.subarray(at, at + 1_024) });
    call.end();
    return await promise;
  }

  close(): void {
    this.#client.close();
  }
}
