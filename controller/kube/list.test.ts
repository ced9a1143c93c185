import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KubeClient, Resource } from "./index.ts";
import { connect } from "./testing/connect.ts";
import { ApiServerDouble, isList } from "./testing/index.ts";

const widgets: Resource = {
  group: "example.dev",
  version: "v1",
  plural: "widgets",
  kind: "Widget",
  namespaced: true,
};

describe("the next page is read ahead", () => {
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

  test("one page, and no further than the reader has come", async () => {
    const pages = client.list(widgets)[Symbol.asyncIterator]();
    await pages.next();
    await expect.poll(tokens).toEqual(["first", "2"]);
    // A reader that is slow is not overrun.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(tokens()).toEqual(["first", "2"]);
    await pages.next();
    await pages.next();
    await expect.poll(tokens).toEqual(["first", "2", "4", "6"]);
    expect((await pages.next()).value?.items.map(({ metadata }) => metadata.name)).toEqual(["g"]);
    expect((await pages.next()).done).toBe(true);
    expect(tokens()).toEqual(["first", "2", "4", "6"]);
  });

  test("a token that an object only speaks of is no token of the list", async () => {
    // Within a text it is escaped; as a name of a field it looks like the real one.
    const items = [{ metadata: { name: "a", annotations: { continue: "bogus" } } }];
    server.once(isList, (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ metadata: { resourceVersion: "7", continue: "2" }, items }));
    });
    const found: string[] = [];
    for await (const page of client.list(widgets)) {
      found.push(...page.items.map(({ metadata }) => metadata.name));
    }
    expect(found).toEqual(["a", "c", "d", "e", "f", "g"]);
  });

  test("what failed ahead is told when it is its turn", async () => {
    server.once(
      (request) => isList(request) && request.query.get("continue") === "2",
      (response) => {
        response.writeHead(410, { "content-type": "application/json" });
        response.end(JSON.stringify({ kind: "Status", code: 410, reason: "Expired" }));
      },
    );
    const pages = client.list(widgets)[Symbol.asyncIterator]();
    expect((await pages.next()).value?.items).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await expect(pages.next()).rejects.toMatchObject({ status: 410 });
  });
});
