import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubeClient, KubeObject, Resource } from "./index.ts";
import { connect } from "./testing/connect.ts";
import { ApiServerDouble, isList, isWholeList, refuse } from "./testing/index.ts";

const widgets: Resource = {
  group: "example.dev",
  version: "v1",
  plural: "widgets",
  kind: "Widget",
  namespaced: true,
};

describe("a list in pages", () => {
  let server: ApiServerDouble;
  let client: KubeClient;
  let close: () => Promise<void>;

  beforeEach(async () => {
    server = new ApiServerDouble();
    const connected = connect(await server.start());
    client = connected.client;
    close = () => connected.connection.close();
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) {
      const metadata = { namespace: "ns", name };
      await client.create(widgets, { apiVersion: "example.dev/v1", kind: "Widget", metadata });
    }
    server.pageSize = 2;
  });

  afterEach(async () => {
    await server.stop();
    await close();
  });

  const tokens = () =>
    server.requests.filter(isList).map(({ query }) => query.get("continue") ?? "first");

  async function names(list: ReturnType<KubeClient["list"]>): Promise<string[]> {
    const found: string[] = [];
    for await (const { items } of list) found.push(...items.map(({ metadata }) => metadata.name));
    return found;
  }

  test("a page is asked for when the reader comes to it", async () => {
    const pages = client.list(widgets);
    await pages.next();
    await pages.next();
    expect(tokens()).toEqual(["first", "2"]);
    expect(await names(pages)).toEqual(["e", "f", "g"]);
    expect(tokens()).toEqual(["first", "2", "4", "6"]);
  });

  test("an object is trimmed while it comes, and says its kind before", async () => {
    const trim = ({ kind, metadata }: KubeObject): KubeObject => ({
      apiVersion: "",
      kind,
      metadata: { name: `${kind}/${metadata.name}` },
    });
    expect((await names(client.list(widgets, { trim }))).slice(0, 2)).toEqual([
      "Widget/a",
      "Widget/b",
    ]);
  });

  test("a token that an object only speaks of is no token of the list", async () => {
    const items = [{ metadata: { name: "a", annotations: { continue: "bogus" } } }];
    server.once(isList, (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ items, metadata: { resourceVersion: "7", continue: "2" } }));
    });
    expect(await names(client.list(widgets))).toEqual(["a", "c", "d", "e", "f", "g"]);
  });

  test("a page that breaks off gives nothing twice: it is asked for again, and read anew", async () => {
    server.once(isList, (response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
      response.write('{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await names(client.list(widgets))).toEqual(["a", "b", "c", "d", "e", "f", "g"]);
    expect(tokens()[1]).toBe("first");
  });

  test("a first page that is too large is asked for again, smaller", async () => {
    server.once(isList, (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`{"items":["${"x".repeat(65 * 1_024 * 1_024)}"]}`);
    });
    expect(await names(client.list(widgets))).toHaveLength(7);
    expect(server.requests.filter(isList).map(({ query }) => query.get("limit"))).toEqual(
      expect.arrayContaining(["40", "10"]),
    );
  });

  test("a token that grew too old is told when it is its turn", async () => {
    server.once(
      (request) => isList(request) && request.query.get("continue") === "2",
      (response) => {
        response.writeHead(410, { "content-type": "application/json" });
        response.end(JSON.stringify({ kind: "Status", code: 410, reason: "Expired" }));
      },
    );
    const pages = client.list(widgets);
    expect((await pages.next()).value?.items).toHaveLength(2);
    await expect(pages.next()).rejects.toMatchObject({ status: 410 });
  });

  describe("for a reader who wants all of it", () => {
    const whole = () => server.requests.filter(isWholeList).length;
    const all = ["a", "b", "c", "d", "e", "f", "g"];

    test("comes in one answer, once the first page says that it is not too much", async () => {
      server.tellsRemaining = true;
      expect(await names(client.list(widgets, { atOnce: true }))).toEqual(all);
      expect([tokens(), whole()]).toEqual([["first"], 1]);
    });

    test("comes with its first page, if that is all", async () => {
      server.tellsRemaining = true;
      server.pageSize = 10;
      expect(await names(client.list(widgets, { atOnce: true }))).toEqual(all);
      expect([tokens(), whole()]).toEqual([["first"], 0]);
    });

    test("comes in pages where nobody knows how much it is", async () => {
      expect(await names(client.list(widgets, { atOnce: true }))).toEqual(all);
      expect([tokens(), whole()]).toEqual([["first", "2", "4", "6"], 0]);
    });

    test("comes in pages where it is too much for one answer", async () => {
      server.once(isList, (response) => {
        const metadata = { resourceVersion: "7", continue: "2", remainingItemCount: 10_000 };
        const large = (name: string) => ({ metadata: { name }, text: "x".repeat(60_000) });
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ metadata, items: [large("a"), large("b")] }));
      });
      expect(await names(client.list(widgets, { atOnce: true }))).toEqual(all);
      expect(whole()).toBe(0);
    });

    test.each([
      { because: "the server takes too long over it", code: 504, reason: "Timeout" },
      { because: "the server has too much to do", code: 429, reason: "TooManyRequests" },
    ])("comes in pages after all, once: $because", async ({ code, reason }) => {
      server.tellsRemaining = true;
      server.once(isWholeList, refuse(code, reason));
      expect(await names(client.list(widgets, { atOnce: true }))).toEqual(all);
      expect([tokens(), whole()]).toEqual([["first", "2", "4", "6"], 1]);
    });

    test("comes in pages after all, and nothing twice, when it breaks off", async () => {
      server.tellsRemaining = true;
      server.once(isWholeList, (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
        response.write('{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}');
        setTimeout(() => response.destroy(), 20);
      });
      expect(await names(client.list(widgets, { atOnce: true }))).toEqual(all);
    });

    test("does not come when the reader has gone meanwhile", async () => {
      server.tellsRemaining = true;
      const stop = new AbortController();
      server.once(isWholeList, () => stop.abort(new Error("gone")));
      const list = client.list(widgets, { atOnce: true, signal: stop.signal });
      await expect(names(list)).rejects.toThrow("gone");
    });
  });
});
