import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { ownNetwork } from "../network/index.ts";
import { gitObject, ObjectStore, openRemote } from "./index.ts";
import { writePack } from "./objects/pack-writer.ts";
import { encodePacket, flushPacket } from "./wire/pkt-line.ts";

const network = ownNetwork();

const signal = new AbortController().signal;

async function answering(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git`;
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const advertisement = { "content-type": "application/x-git-upload-pack-advertisement" };
const version2 = "000eversion 2\n000dls-refs=\n0011fetch=shallow0000";

describe("against servers that misbehave", () => {
  test.each<{ because: string; listener: RequestListener; code: string; says: string }>([
    {
      because: "401",
      listener: (_, response) => response.writeHead(401).end(),
      code: "GitUnauthorized",
      says: "401",
    },
    {
      because: "403",
      listener: (_, response) => response.writeHead(403).end(),
      code: "GitUnauthorized",
      says: "403",
    },
    {
      because: "404",
      listener: (_, response) => response.writeHead(404).end(),
      code: "GitUnreachable",
      says: "does not exist",
    },
    {
      because: "500",
      listener: (_, response) => response.writeHead(500).end(),
      code: "GitUnreachable",
      says: "HTTP 500",
    },
    {
      because: "a reset connection",
      listener: (request) => request.socket.destroy(),
      code: "GitUnreachable",
      says: "cannot be reached",
    },
    { because: "no answer", listener: () => {}, code: "GitUnreachable", says: "in time" },
    {
      because: "a web page",
      listener: (_, response) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      code: "GitProtocol",
      says: "text/html",
    },
    {
      because: "refs without capabilities",
      listener: (_, response) =>
        response
          .writeHead(200, advertisement)
          .end("003dc0ffee0000000000000000000000000000000000 refs/heads/main\n0000"),
      code: "GitProtocol",
      says: "does not say what it offers",
    },
    {
      because: "an advertisement without end",
      listener: (_, response) => response.writeHead(200, advertisement).end("000eversion 2\n"),
      code: "GitProtocol",
      says: "cut short",
    },
    {
      because: "an answer cut short",
      listener: (_, response) => {
        response.writeHead(200, { ...advertisement, "content-length": "100" });
        response.write("000e");
        setImmediate(() => response.destroy());
      },
      code: "GitUnreachable",
      says: "cannot be reached",
    },
    {
      because: "a list of refs without end",
      listener: (request, response) =>
        request.method === "GET"
          ? response.writeHead(200, advertisement).end(version2)
          : response
              .writeHead(200, { "content-type": "application/x-git-upload-pack-result" })
              .end(),
      code: "GitProtocol",
      says: "cut short",
    },
    {
      because: "a redirect of the request",
      listener: (request, response) =>
        request.method === "GET"
          ? response.writeHead(200, advertisement).end(version2)
          : response.writeHead(307, { location: "/x" }).end(),
      code: "GitProtocol",
      says: "redirects",
    },
    {
      because: "redirects in a circle",
      listener: (request, response) => response.writeHead(302, { location: request.url }).end(),
      code: "GitProtocol",
      says: "more than 3 times",
    },
  ])("$because is $code", async ({ listener, code, says }) => {
    await using server = await answering(listener);
    const remote = openRemote({ network, url: server.url, timeouts: { totalMs: 1_000 } });
    const error = await remote.listRefs(["refs/heads/"], signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
    await remote.close();
  });

  test("an answer without end is cut off at the limit", async () => {
    await using server = await answering((request, response) => {
      if (request.method === "GET") return response.writeHead(200, advertisement).end(version2);
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(10_000)));
      };
      return response.on("drain", more) && more();
    });
    const remote = openRemote({ network, url: server.url });
    const request = { wants: ["1".repeat(40)], limits: { packBytes: 100_000 } };
    await expect(remote.fetch(request, new ObjectStore(), signal)).rejects.toMatchObject({
      code: "SourceTooLarge",
      message: expect.stringContaining("more than 100000 bytes"),
    });
    await remote.close();
  });

  test.each([
    { features: "shallow filter", filter: "blob:none", kept: 2, because: "the filter excludes it" },
    { features: "shallow filter", filter: "tree:0", kept: 2, because: "the filter excludes it" },
    { features: "shallow filter", filter: undefined, kept: 3, because: "no filter was requested" },
    { features: "shallow", filter: "blob:none", kept: 3, because: "it is not sent once more" },
  ] as const)(
    "of $features with the filter $filter, $kept objects are kept: $because",
    async ({ features, filter, kept }) => {
      const commit = gitObject("commit", Buffer.from("a commit"));
      const wanted = gitObject("blob", Buffer.from("wanted"));
      const pack = writePack([gitObject("blob", Buffer.alloc(1_000_000)), commit, wanted]);
      await using server = await answering((request, response) => {
        if (request.method === "GET") {
          const fetch = encodePacket(`fetch=${features}\n`).toString();
          const body = `000eversion 2\n${fetch}0000`;
          return response.writeHead(200, advertisement).end(body);
        }
        response.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
        const data = encodePacket(Buffer.concat([Buffer.from([1]), pack]));
        return response.end(Buffer.concat([encodePacket("packfile\n"), data, flushPacket]));
      });
      const remote = openRemote({ network, url: server.url });
      const store = new ObjectStore();
      const wants = [commit.id, wanted.id];
      await remote.fetch({ wants, ...(filter === undefined ? {} : { filter }) }, store, signal);
      expect(store.size).toBe(kept);
      expect(wants.every((id) => store.has(id))).toBe(true);
      await remote.close();
    },
  );

  test("Retry-After is passed on", async () => {
    await using server = await answering((_, response) =>
      response.writeHead(429, { "retry-after": "7" }).end(),
    );
    const remote = openRemote({ network, url: server.url });
    await expect(remote.listRefs([], signal)).rejects.toMatchObject({ retry: { afterMs: 7_000 } });
    await remote.close();
  });

  test("credentials go to the origin, never to where it redirects", async () => {
    const seen: (string | undefined)[] = [];
    await using thief = await answering((request, response) => {
      seen.push(`thief: ${request.headers.authorization}`);
      response.writeHead(404).end();
    });
    await using server = await answering((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `${thief.url}/info/refs?service=git-upload-pack` }).end();
    });
    const remote = openRemote({
      network,
      url: server.url,
      credentials: { username: "ann", password: "hunter2" },
    });
    await expect(remote.listRefs([], signal)).rejects.toMatchObject({
      code: "GitProtocol",
      retry: "never",
    });
    expect(seen).toEqual([`Basic ${Buffer.from("ann:hunter2").toString("base64")}`]);
    await remote.close();
  });

  test.each([
    {
      credentials: { username: "ann", password: "hunter2" },
      sends: `Basic ${Buffer.from("ann:hunter2").toString("base64")}`,
    },
    {
      credentials: { token: "t0ken" },
      sends: `Basic ${Buffer.from("x-access-token:t0ken").toString("base64")}`,
    },
    { credentials: { bearerToken: "t0ken" }, sends: "Bearer t0ken" },
  ])("every request carries $sends", async ({ credentials, sends }) => {
    const seen: (string | undefined)[] = [];
    await using server = await answering((request, response) => {
      seen.push(request.headers.authorization);
      if (request.method === "GET") return response.writeHead(200, advertisement).end(version2);
      const type = "application/x-git-upload-pack-result";
      return response.writeHead(200, { "content-type": type }).end("0000");
    });
    const remote = openRemote({ network, url: server.url, credentials });
    await remote.listRefs([], signal);
    expect(seen).toEqual([sends, sends]);
    await remote.close();
  });

  test("a redirect inside the origin moves all later requests", async () => {
    const paths: (string | undefined)[] = [];
    await using server = await answering((request, response) => {
      paths.push(request.url);
      if (request.url?.startsWith("/repo.git/"))
        response.writeHead(301, { location: "/moved/info/refs?service=git-upload-pack" }).end();
      else if (request.method === "GET") response.writeHead(200, advertisement).end(version2);
      else
        response
          .writeHead(200, { "content-type": "application/x-git-upload-pack-result" })
          .end("0000");
    });
    const remote = openRemote({ network, url: server.url });
    expect(await remote.listRefs([], signal)).toEqual([]);
    expect(paths.at(-1)).toBe("/moved/git-upload-pack");
    await remote.close();
  });

  test("an abort ends the request with the caller's reason", async () => {
    await using server = await answering(() => controller.abort(new Error("enough")));
    const controller = new AbortController();
    const remote = openRemote({ network, url: server.url });
    await expect(remote.listRefs([], controller.signal)).rejects.toThrow("enough");
    await remote.close();
  });
});
