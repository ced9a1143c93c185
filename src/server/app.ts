import { randomBytes } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { requestIdIn } from "../api/index.ts";
import { Access } from "./caller/access.ts";
import { Authenticator } from "./caller/authenticator.ts";
import { Locator } from "./cluster/locator.ts";
import { Dispatcher } from "./http/dispatcher.ts";
import { RequestIds } from "./http/request-ids.ts";
import type { Route } from "./http/route.ts";
import { Slots } from "./http/slots.ts";
import { openApiDocument } from "./openapi/document.ts";
import { referencePage } from "./openapi/reference-page.ts";
import type { ServerDeps } from "./ports.ts";
import { allRoutes } from "./routes/all-routes.ts";

/** Each export reads the ledger as fast as its client takes it. */
const exportsAtOnce = { total: 8, perCaller: 2 };

export interface App {
  /** Answers one request; a test calls it without a socket. */
  readonly fetch: (
    request: Request,
    bindings?: Partial<HttpBindings>,
  ) => Promise<Response> | Response;
  readonly routes: readonly Route[];
}

/** The API as a function from requests to answers. */
export function createApp(
  deps: ServerDeps & { readonly stopping: AbortSignal },
  version: string,
): App {
  const { caches, clock, limits, metrics, stopping } = deps;
  const access = new Access(clock);
  const authenticator = new Authenticator(deps);
  const locator = new Locator(caches, access, deps.changes);
  const { streams, streamsPerCaller } = limits;
  const events = new Slots({
    ...{ total: streams, perCaller: streamsPerCaller, of: "streams", stopping },
  });
  const exports = new Slots({ ...exportsAtOnce, of: "exports", stopping });
  metrics.slots("events", () => events.inUse);
  metrics.slots("exports", () => exports.inUse);
  const routes = allRoutes({
    ...deps,
    access,
    locator,
    slots: { events, exports },
    knowsStill: (authorization) => authenticator.authenticate(authorization),
  });
  const dispatcher = new Dispatcher({ ...deps, routes, access, authenticator, locator });
  const document = JSON.stringify(openApiDocument(routes, version));

  const requestIds = new RequestIds(clock);
  const app = new Hono<{ Bindings: Partial<HttpBindings> }>();
  app.use(
    secureHeaders({ strictTransportSecurity: "max-age=31536000", referrerPolicy: "no-referrer" }),
  );
  app.get("/openapi.json", ({ body }) =>
    body(document, 200, { "content-type": "application/json" }),
  );
  app.get("/docs", (context) => {
    const nonce = randomBytes(16).toString("base64");
    context.header(
      "content-security-policy",
      `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
    );
    return context.html(referencePage(routes, nonce));
  });
  app.all("*", async ({ req, env }) => {
    const requestId = requestIds.take(requestIdIn(req.header("x-request-id")));
    const peer = env?.incoming?.socket.remoteAddress ?? "";
    const address = deps.proxies.clientOf(peer, req.raw.headers);
    const response = await dispatcher.answer(req.raw, { requestId, address });
    response.headers.set("x-request-id", requestId);
    response.headers.set("cache-control", "private, no-cache");
    response.headers.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    return response;
  });
  return { fetch: (request, bindings = {}) => app.fetch(request, bindings), routes };
}
