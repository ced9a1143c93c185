import { ForgeError } from "../api/index.ts";
import { inSlices } from "../concurrency/index.ts";
import { formatOf, type GitObject, isObjectId, type ObjectFormat } from "./objects/git-object.ts";
import type { ObjectStore } from "./objects/object-store.ts";
import { defaultPackLimits } from "./objects/pack-budget.ts";
import { readPack } from "./objects/pack-reader.ts";
import { readInTurn } from "./objects/read-in-turn.ts";
import type {
  FetchRequest,
  GitRemote,
  PushRequest,
  PushResult,
  Ref,
  RemoteOptions,
} from "./ports.ts";
import {
  type Advertisement,
  objectFormatOf,
  parseReceiveAdvertisement,
  parseUploadAdvertisement,
} from "./wire/advertisement.ts";
import { parsePushReport, writePush } from "./wire/receive-pack.ts";
import { type Service, Transport } from "./wire/transport.ts";
import {
  mayFilter,
  parseFetch,
  parseListRefs,
  writeFetch,
  writeListRefs,
} from "./wire/upload-pack.ts";
import { mayFilterV0, parseFetchV0, writeFetchV0 } from "./wire/upload-pack-v0.ts";

/** A repository over smart HTTP. Throws InsecureTransport at once when the url is not fit. */
export function openRemote(options: RemoteOptions): GitRemote {
  return new HttpGitRemote(new Transport(options));
}

const maxRefsBytes = 64 * 1024 * 1024;
const maxReportBytes = 1024 * 1024;

/** Asks each service once what it offers, and again after an answer it could not read. */
class HttpGitRemote implements GitRemote {
  readonly #transport: Transport;
  readonly #offered = new Map<Service, Advertisement>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  objectFormat(signal: AbortSignal): Promise<ObjectFormat> {
    return this.#converse("git-upload-pack", signal, async ({ capabilities }) => {
      if (capabilities.size > 0) return objectFormatOf(capabilities);
      return this.#converse("git-receive-pack", signal, async (offered) =>
        objectFormatOf(offered.capabilities),
      );
    });
  }

  listRefs(prefixes: readonly string[], signal: AbortSignal): Promise<readonly Ref[]> {
    const isKnown = this.#offered.has("git-upload-pack");
    return this.#converse("git-upload-pack", signal, async ({ version, capabilities, refs }) => {
      if (version === 0) {
        const current = isKnown ? (await this.#ask("git-upload-pack", signal)).refs : refs;
        const matches = (name: string) => prefixes.some((prefix) => name.startsWith(prefix));
        return current.filter(({ name }) => prefixes.length === 0 || matches(name));
      }
      const body = writeListRefs(prefixes, capabilities, this.#transport.userAgent);
      const answer = await this.#call("git-upload-pack", body, maxRefsBytes, signal);
      return inSlices(parseListRefs(answer), signal);
    });
  }

  fetch(request: FetchRequest, into: ObjectStore, signal: AbortSignal): Promise<void> {
    return this.#converse("git-upload-pack", signal, async ({ version, capabilities }) => {
      const format = objectFormatOf(capabilities);
      refuseWants(request.wants, format);
      const limits = { ...defaultPackLimits, ...request.limits };
      const [write, parse, isFiltered] =
        version === 0
          ? [writeFetchV0, parseFetchV0, mayFilterV0(capabilities)]
          : [writeFetch, parseFetch, mayFilter(capabilities)];
      const body = write(request, capabilities, this.#transport.userAgent);
      const answer = await this.#call("git-upload-pack", body, limits.packBytes, signal);
      const pack = await inSlices(parse(answer), signal);
      const isKept = isFiltered ? wantedFrom(request) : undefined;
      const objects = await readInTurn(
        (bounds) => readPack(pack, bounds, (id) => into.get(id), format, isKept),
        limits,
        signal,
      );
      for (const object of objects) into.put(object);
      const missing = request.wants.find((id) => !into.has(id));
      if (missing !== undefined) {
        throw new ForgeError("GitProtocol", `the git server did not send ${missing}`);
      }
    });
  }

  async checkPush(signal: AbortSignal): Promise<void> {
    await this.#ask("git-receive-pack", signal);
  }

  push(request: PushRequest, signal: AbortSignal): Promise<PushResult> {
    return this.#converse("git-receive-pack", signal, async ({ capabilities: offered }) => {
      const body = writePush(request, offered, this.#transport.userAgent);
      const answer = await this.#call("git-receive-pack", body, maxReportBytes, signal);
      return parsePushReport(answer, request.ref, offered);
    }).catch(rejectedByHttp);
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
    talk: (offered: Advertisement) => Promise<Answer>,
  ): Promise<Answer> {
    try {
      return await talk(this.#offered.get(service) ?? (await this.#ask(service, signal)));
    } catch (error) {
      if (error instanceof ForgeError && error.code === "GitProtocol")
        this.#offered.delete(service);
      throw error;
    }
  }

  async #ask(service: Service, signal: AbortSignal): Promise<Advertisement> {
    const body = await this.#transport.advertisement(service, signal);
    const offered =
      service === "git-upload-pack"
        ? parseUploadAdvertisement(body)
        : parseReceiveAdvertisement(body);
    // Refs go out of date; what a server can do stays, once it says so.
    if (offered.capabilities.size > 0) this.#offered.set(service, { ...offered, refs: [] });
    return offered;
  }
}

/** Fewer commits at once may be taken: that is for the caller to try. */
function rejectedByHttp(error: unknown): PushResult {
  if (!(error instanceof ForgeError) || error.code !== "GitRejected") throw error;
  return { status: "rejected", reason: error.message, message: error.message };
}

/** A filter is only a request: a hostile server may send gigabytes of blobs all the same. */
function wantedFrom({ wants, filter }: FetchRequest): ((object: GitObject) => boolean) | undefined {
  if (filter !== "blob:none" && filter !== "tree:0") return undefined;
  const wanted = new Set(wants);
  return ({ type, id }) => type !== "blob" || wanted.has(id);
}

function refuseWants(wants: readonly string[], format: ObjectFormat): void {
  const wrong = wants.find((id) => !isObjectId(id) || formatOf(id) !== format);
  if (wrong === undefined) return;
  throw new ForgeError("CommitNotFound", `"${wrong}" is not a full ${format} object id`);
}
