import { ForgeError } from "../api/index.ts";
import type { ObjectStore } from "./objects/object-store.ts";
import { defaultPackLimits, readPack } from "./objects/pack-reader.ts";
import type {
  FetchRequest,
  GitRemote,
  PushRequest,
  PushResult,
  Ref,
  RemoteOptions,
} from "./ports.ts";
import {
  type Capabilities,
  parseReceiveAdvertisement,
  parseUploadAdvertisement,
} from "./wire/advertisement.ts";
import { parsePushReport, writePush } from "./wire/receive-pack.ts";
import { type Service, Transport } from "./wire/transport.ts";
import { parseFetch, parseListRefs, writeFetch, writeListRefs } from "./wire/upload-pack.ts";

/** A repository over smart HTTP. Throws InsecureTransport at once when the url is not fit. */
export function openRemote(options: RemoteOptions): GitRemote {
  return new HttpGitRemote(new Transport(options));
}

const maxRefsBytes = 64 * 1024 * 1024;
const maxReportBytes = 1024 * 1024;

/** Asks each service once what it offers, and again after an answer it could not read. */
class HttpGitRemote implements GitRemote {
  readonly #transport: Transport;
  readonly #offered = new Map<Service, Capabilities>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  listRefs(prefixes: readonly string[], signal: AbortSignal): Promise<readonly Ref[]> {
    return this.#converse("git-upload-pack", signal, async (offered) => {
      const body = writeListRefs(prefixes, offered, this.#transport.userAgent);
      return parseListRefs(await this.#call("git-upload-pack", body, maxRefsBytes, signal));
    });
  }

  fetch(request: FetchRequest, into: ObjectStore, signal: AbortSignal): Promise<void> {
    return this.#converse("git-upload-pack", signal, async (offered) => {
      const limits = { ...defaultPackLimits, ...request.limits };
      const body = writeFetch(request, offered, this.#transport.userAgent);
      const answer = await this.#call("git-upload-pack", body, limits.packBytes, signal);
      const objects = readPack(parseFetch(answer), limits, (id) => into.get(id));
      for (const object of objects) into.put(object);
      const missing = request.wants.find((id) => !into.has(id));
      if (missing !== undefined) {
        throw new ForgeError("GitProtocol", `the git server did not send ${missing}`);
      }
    });
  }

  push(request: PushRequest, signal: AbortSignal): Promise<PushResult> {
    return this.#converse("git-receive-pack", signal, async (offered) => {
      const body = writePush(request, offered, this.#transport.userAgent);
      const answer = await this.#call("git-receive-pack", body, maxReportBytes, signal);
      return parsePushReport(answer, request.ref, offered);
    });
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  #call(service: Service, body: Buffer, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
    return this.#transport.call(service, body, maxBytes, signal);
  }

  async #converse<Answer>(
    service: Service,
    signal: AbortSignal,
    talk: (offered: Capabilities) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await talk(await this.#capabilities(service, signal));
    } catch (error) {
      if (error instanceof ForgeError && error.code === "GitProtocol")
        this.#offered.delete(service);
      throw error;
    }
  }

  async #capabilities(service: Service, signal: AbortSignal): Promise<Capabilities> {
    const known = this.#offered.get(service);
    if (known !== undefined) return known;
    const body = await this.#transport.advertisement(service, signal);
    const offered =
      service === "git-upload-pack"
        ? parseUploadAdvertisement(body)
        : parseReceiveAdvertisement(body);
    this.#offered.set(service, offered);
    return offered;
  }
}
