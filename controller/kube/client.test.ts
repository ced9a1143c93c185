import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KubeClient, KubeError, type KubeObject, type Resource } from "./index.ts";
import { connect } from "./testing/connect.ts";
import { ApiServerDouble, isList, refuse } from "./testing/index.ts";

const widgets: Resource = {
  group: "example.dev",
  version: "v1",
  plural: "widgets",
  kind: "Widget",
  namespaced: true,
};
const key = { namespace: "default", name: "a" };
const widget: KubeObject = {
  apiVersion: "example.dev/v1",
  kind: "Widget",
  metadata: key,
};
const anything = () => true;

let server: ApiServerDouble;
let client: KubeClient;
let close: () => Promise<void>;

beforeEach(async () => {
  server = new ApiServerDouble();
  const connected = connect(await server.start());
  client = connected.client;
  close = () => connected.connection.close();
});

afterEach(async () => {
  await server.stop();
  await close();
});

describe("verbs", () => {
  test("create, get, replace and delete", async () => {
    const created = await client.create(widgets, widget);
    expect(await client.get(widgets, key)).toEqual(created);
    const replaced = await client.replace(widgets, created);
    await expect(client.replace(widgets, created)).rejects.toMatchObject({ reason: "Conflict" });
    expect(replaced.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
    await client.delete(widgets, key, { uid: "u", resourceVersion: "9" });
    expect(JSON.parse(server.requests.at(-1)?.body ?? "")).toMatchObject({
      kind: "DeleteOptions",
      preconditions: { uid: "u", resourceVersion: "9" },
    });
    await expect(client.get(widgets, key)).rejects.toMatchObject({
      reason: "NotFound",
      message: "get widgets.example.dev default/a: NotFound, says the double",
    });
  });

  test("a client of somebody else's says so with each request", async () => {
    const connected = connect(server.url);
    const headers = { authorization: "Bearer of-alice" };
    const theirs = new KubeClient(connected.connection, { headers });
    await theirs.create(widgets, widget);
    await theirs.listAll(widgets, { maximum: 10 });
    await connected.connection.close();
    expect(server.requests.map((request) => request.headers["authorization"])).toEqual([
      "Bearer of-alice",
      "Bearer of-alice",
    ]);
  });

  test("apply is a patch in JSON that names its manager", async () => {
    await client.apply(widgets, widget, { fieldManager: "me", force: true, dryRun: true });
    const request = server.requests[0];
    expect(request).toMatchObject({
      method: "PATCH",
      path: "/apis/example.dev/v1/namespaces/default/widgets/a",
      headers: { "content-type": "application/apply-patch+yaml", "user-agent": "forge-test" },
      body: JSON.stringify(widget),
    });
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      fieldManager: "me",
      force: "true",
      dryRun: "All",
    });
  });

  test("a status is applied to its subresource, over the version it was judged on", async () => {
    const { metadata } = await client.create(widgets, widget);
    const judged = { ...widget, metadata: { ...key, resourceVersion: metadata.resourceVersion } };
    await client.applyStatus(widgets, judged, { fieldManager: "me" });
    expect(server.requests.at(-1)?.path).toMatch(/\/widgets\/a\/status$/);
    await expect(client.applyStatus(widgets, judged, { fieldManager: "me" })).rejects.toMatchObject(
      { reason: "Conflict", retry: "backoff" },
    );
  });

  test("a list comes in pages, with selectors, up to the maximum", async () => {
    for (const name of ["a", "b", "c"]) {
      await client.create(widgets, { ...widget, metadata: { ...key, name } });
    }
    server.pageSize = 2;
    const selection = { namespace: "default", labelSelector: "x=y", fieldSelector: "spec.p=q" };
    const { items } = await client.listAll(widgets, { ...selection, maximum: 3 });
    expect(items.map((item) => `${item.kind} ${item.metadata.name}`)).toEqual([
      "Widget a",
      "Widget b",
      "Widget c",
    ]);
    const pages = server.requests.filter(isList);
    expect(pages.map((page) => page.query.get("continue"))).toEqual([null, "2"]);
    expect(Object.fromEntries(pages[1]?.query ?? [])).toMatchObject({
      labelSelector: "x=y",
      fieldSelector: "spec.p=q",
    });
    await expect(client.listAll(widgets, { maximum: 2 })).rejects.toMatchObject({
      reason: "AnswerTooLarge",
    });
  });

  test("pages hold as many objects as fit, and a page that is too large is asked for in parts", async () => {
    const content = "x".repeat(100_000);
    for (let index = 100; index < 200; index++) {
      const object = { ...widget, metadata: { ...key, name: `w${index}` }, content };
      await client.create(widgets, object);
    }
    server.once(isList, (response) => {
      response.writeHead(200);
      response.end(Buffer.alloc(65 * 1_024 * 1_024, " "));
    });
    const { items } = await client.listAll(widgets, { maximum: 100 });
    expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(100);
    const limits = server.requests.filter(isList).map(({ query }) => Number(query.get("limit")));
    expect(limits.slice(0, 3)).toEqual([40, 10, 41]);
  });
});

describe("failures", () => {
  test.each([
    {
      because: "a read is tried again after a server error",
      answers: [refuse(500, "InternalError")],
      call: () => client.get(widgets, key),
      requests: 2,
    },
    {
      because: "a read is tried again after a broken connection",
      answers: [(response: { destroy(): unknown }) => void response.destroy()],
      call: () => client.get(widgets, key),
      requests: 2,
    },
    {
      because: "a write that the server put off is tried again",
      answers: [refuse(429, "TooManyRequests", { "retry-after": "0" })],
      call: () => client.replace(widgets, widget),
      requests: 2,
    },
  ])("$because", async ({ answers, call, requests }) => {
    server.store.put("widgets", { ...widget } as never);
    for (const answer of answers) server.once(anything, answer);
    await expect(call()).resolves.toMatchObject({ metadata: { name: "a" } });
    expect(server.requests).toHaveLength(requests);
  });

  test.each([
    {
      because: "a write whose answer was lost may have happened",
      answer: (response: { destroy(): unknown }) => void response.destroy(),
      error: { reason: "Unreachable", status: 0, retry: "backoff" },
    },
    {
      because: "a refusal without a date to come back is the caller's to judge",
      answer: refuse(503, "ServiceUnavailable"),
      error: { reason: "ServiceUnavailable", retry: "backoff" },
    },
    {
      because: "a long wait is the caller's",
      answer: refuse(503, "ServiceUnavailable", { "retry-after": "60" }),
      error: { retry: { afterMs: 60_000 } },
    },
    {
      because: "an invalid object is not sent twice",
      answer: refuse(422, "Invalid"),
      error: { reason: "Invalid", retry: "never" },
    },
    {
      because: "a proxy's page is no Status",
      answer: (response: { writeHead(code: number): unknown; end(text: string): unknown }) => {
        response.writeHead(502);
        response.end("<html>bad gateway</html>");
      },
      error: { status: 502, message: expect.stringContaining("HTTP 502") },
    },
  ])("is not tried again: $because", async ({ answer, error }) => {
    server.once(anything, answer);
    const failure = client.create(widgets, widget);
    await expect(failure).rejects.toBeInstanceOf(KubeError);
    await expect(failure).rejects.toMatchObject(error);
    expect(server.requests).toHaveLength(1);
  });

  test("a read is not tried for ever", async () => {
    for (let i = 0; i < 5; i++) server.once(anything, refuse(500, "InternalError"));
    await expect(client.get(widgets, key)).rejects.toMatchObject({ status: 500 });
    expect(server.requests).toHaveLength(3);
  });

  test("silence ends with the request's timeout", async () => {
    server.once(anything, () => {});
    const failure = client.get(widgets, key, { timeoutMs: 30 });
    await expect(failure).rejects.toMatchObject({ reason: "RequestTimeout" });
  });

  test("an answer that stops half-way ends with the request's timeout", async () => {
    server.once(anything, (response) => {
      response.writeHead(200);
      response.write('{"kind":');
    });
    const failure = client.get(widgets, key, { timeoutMs: 30 });
    await expect(failure).rejects.toMatchObject({ reason: "RequestTimeout" });
  });

  test.each([
    { begun: false, because: "nothing comes" },
    { begun: true, because: "it stops half-way" },
  ])("text ends with the request's timeout where $because", async ({ begun }) => {
    server.once(anything, (response) => {
      if (begun) response.writeHead(200).write("a line\n");
    });
    const failure = client.readText("/version?x=1", { maximumBytes: 100, timeoutMs: 30 });
    await expect(failure).rejects.toMatchObject({
      name: "KubeError",
      reason: "RequestTimeout",
      message: "get /version: no answer within 30 ms",
    });
  });

  test("of text that goes on, the first bytes are read, and no more is waited for", async () => {
    server.once(anything, (response) => {
      response.writeHead(200).write("a line\nanother");
    });
    expect(await client.readText("/logs", { maximumBytes: 9 })).toBe("a line\nan");
  });

  test("an answer without end is cut off", async () => {
    server.once(anything, (response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(1_024 * 1_024, " ");
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once("drain", more);
      };
      more();
    });
    await expect(client.get(widgets, key)).rejects.toMatchObject({
      reason: "AnswerTooLarge",
      retry: "never",
    });
  });

  test.each(["GET", "POST"])(
    "the caller's signal ends a %s with the caller's reason",
    async (verb) => {
      server.once(anything, () => {});
      const reason = new Error("mine");
      const caller = new AbortController();
      const options = { signal: caller.signal };
      const failure =
        verb === "GET"
          ? client.get(widgets, key, options)
          : client.create(widgets, widget, options);
      caller.abort(reason);
      await expect(failure).rejects.toBe(reason);
    },
  );
});
