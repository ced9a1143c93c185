/** The REST API: from the caches and in the caller's own name; decides nothing of its own. */
export { ApiServer } from "./api-server.ts";
export { type App, createApp } from "./app.ts";
export type { Impersonation } from "./caller/authenticator.ts";
export { Issuer, type IssuerOptions, isReserved, issuerUrl } from "./caller/issuer.ts";
export { cachesOf, createInformers, type Informers } from "./cluster/informers.ts";
export { ChangeFeed } from "./events/change-feed.ts";
export type { Route } from "./http/route.ts";
export { TrustedProxies } from "./http/trusted-proxies.ts";
export { openApiDocument } from "./openapi/document.ts";
export { rightsTable } from "./openapi/rights-table.ts";
export type { LedgerAccess, Limits, ServerDeps } from "./ports.ts";
export { describedRoutes } from "./routes/described-routes.ts";
