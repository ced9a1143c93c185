import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitServer, git, startGitServer } from "../git/testing/http-backend.ts";
import { readPack } from "../git/testing/read-back.ts";
import { createGitOpsWriter, type GitOpsWriter } from "./index.ts";
import { requestOf } from "./testing/requests.ts";

const signal = new AbortController().signal;

let servers: GitServer[];
let writers: GitOpsWriter[];
beforeEach(() => {
  servers = [];
  writers = [];
});
afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.close()));
  for (const server of servers) await server[Symbol.asyncDispose]();
});

const newWriter = () => {
  const writer = createGitOpsWriter({ random: () => 0.01 });
  writers.push(writer);
  return writer;
};

type Disturb = (request: IncomingMessage, response: ServerResponse) => void;

/** As a server that knows nothing newer than version 0. */
const withoutVersion2: Disturb = (request) => delete request.headers["git-protocol"];

/** Capabilities give way to others of the same length, which nobody knows. */
const without =
  (capability: string, instead = "x".repeat(capability.length)): Disturb =>
  (request, response) => {
    if (!request.url?.includes("/info/refs")) return;
    const end = response.end.bind(response) as (body: Buffer) => ServerResponse;
    response.end = ((body: Buffer) =>
      end(
        Buffer.from(body.toString("latin1").replaceAll(capability, instead), "latin1"),
      )) as typeof response.end;
  };

const both =
  (...all: readonly Disturb[]): Disturb =>
  (request, response) => {
    for (const disturb of all) disturb(request, response);
  };

interface Kind {
  readonly kind: string;
  readonly init?: readonly string[];
  readonly config?: Readonly<Record<string, string>>;
  readonly disturb?: Disturb;
  /** Every pack that is pushed stands alone. */
  readonly selfContained?: boolean;
}

const kinds: readonly Kind[] = [
  { kind: "all that git offers" },
  { kind: "objects named by SHA-256", init: ["--object-format=sha256"] },
  {
    kind: "SHA-256 without version 2",
    init: ["--object-format=sha256"],
    disturb: withoutVersion2,
  },
  { kind: "no filters", config: { "uploadpack.allowFilter": "false" } },
  { kind: "no shallow fetches", disturb: without("fetch=shallow", "fetch=unknown") },
  { kind: "no version 2", disturb: withoutVersion2 },
  {
    kind: "no version 2, and any object by its id",
    config: { "uploadpack.allowAnySHA1InWant": "true" },
    disturb: withoutVersion2,
  },
  {
    kind: "no version 2, no shallow fetches, no filters",
    config: { "uploadpack.allowFilter": "false" },
    disturb: both(withoutVersion2, without(" shallow ")),
  },
  {
    kind: "no version 2, and the simplest negotiation",
    disturb: both(withoutVersion2, without("multi_ack_detailed"), without("multi_ack")),
  },
  {
    kind: "no version 2, and commits alone by their id",
    config: {
      "uploadpack.allowTipSHA1InWant": "true",
      "uploadpack.allowReachableSHA1InWant": "true",
    },
    disturb: withoutVersion2,
  },
  {
    kind: "no thin packs",
    disturb: without("delete-refs", "no-thin    "),
    selfContained: true,
  },
  {
    kind: "no side-band for pushes",
    disturb: (request, response) => {
      if (request.url?.includes("git-receive-pack")) without("side-band-64k")(request, response);
    },
  },
];

function standsAlone(pack: Buffer, init: Kind["init"]): boolean {
  try {
    const format = init === undefined ? "sha1" : "sha256";
    return readPack(pack, undefined, undefined, format).length > 0;
  } catch {
    return false;
  }
}

describe("the writer, whatever the server offers", { timeout: 30_000 }, () => {
  test.each(kinds)("$kind: it begins, adds, loses a race, finds its own", async (kind) => {
    const server = await startGitServer(...(kind.init ?? []));
    servers.push(server);
    for (const [key, value] of Object.entries(kind.config ?? {}))
      git(server.gitDir, "config", key, value);
    server.intercept = (request, response) => {
      kind.disturb?.(request, response);
      return false;
    };
    const [ours, theirs] = [newWriter(), newWriter()];
    const commit = (writer: GitOpsWriter, sequence: number, project = "auth") =>
      writer.commit(
        requestOf(server.url, { id: `${project}-${sequence}`, project, number: sequence }),
        signal,
      );
    const projects = Array.from({ length: 8 }, (_, index) => `project-${index}`);
    await commit(ours, 1);
    await Promise.all(projects.map((project) => commit(ours, 1, project)));
    await commit(theirs, 2);
    await commit(ours, 2, "billing");
    const { commit: last } = await commit(theirs, 3);
    expect(git(server.gitDir, "rev-parse", "main")).toBe(last);
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("12");
    expect(await commit(newWriter(), 2, "billing")).toMatchObject({ alreadyCommitted: true });
    const { remote, branch } = requestOf(server.url);
    const { deployments } = await newWriter().history({ remote, branch }, 3, signal);
    expect(deployments.map(({ id }) => id)).toEqual(["auth-3", "billing-2", "auth-2"]);
    expect(deployments.map(({ by }) => by)).toEqual(Array(3).fill("alice@company.com"));
    const alone = server.packs.filter((pack) => standsAlone(pack, kind.init));
    expect(alone.length === server.packs.length).toBe(kind.selfContained ?? false);
  });
});
