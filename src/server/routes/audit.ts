import { auditPage, auditQuery } from "../../rest/index.ts";
import { readCursor, writeCursor } from "../http/paging.ts";
import { defineRoute, type Route } from "../http/route.ts";
import type { RouteDeps } from "./context.ts";

const needs = { reads: "releasedeployments" };

export function auditRoutes({ ledger, locator }: RouteDeps): readonly Route[] {
  const audit = defineRoute({
    operation: "listAudit",
    method: "GET",
    path: "/v1/audit",
    summary: "What happened, on whose word, from the ledger",
    description: "Longer than the cluster keeps it. Without a ledger, or while it is away, 503.",
    needs,
    query: auditQuery,
    answers: { 200: { description: "A page of entries.", schema: auditPage } },
    problems: [503],
    handle: async (call) => {
      const { namespace, kind, cursor, fields: _, limit, ...filter } = call.query;
      const readable = await locator.readable(call.caller, needs.reads, namespace);
      const after = cursor === undefined ? undefined : Number(readCursor(cursor)[0]);
      const { items, next } = await ledger.open().read(
        {
          ...defined(filter),
          namespaces: [...readable],
          limit,
          ...(kind !== undefined && { kinds: [kind] }),
          ...(after !== undefined && { after }),
        },
        call.signal,
      );
      const nextCursor = next === undefined ? {} : { nextCursor: writeCursor([next]) };
      return { status: 200, body: { kind: "List", items, ...nextCursor } };
    },
  });
  return [audit];
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Partial<Defined<T>> {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries) as Partial<Defined<T>>;
}
