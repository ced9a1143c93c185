import { ForgeError } from "../../api/index.ts";
import { auditPage, auditQuery, verification, verificationQuery } from "../../rest/index.ts";
import { readCursor, writeCursor } from "../http/paging.ts";
import { defineRoute, type Route } from "../http/route.ts";
import type { RouteDeps } from "./context.ts";

const needs = { reads: "releasedeployments" };

export function auditRoutes({ access, ledger, locator }: RouteDeps): readonly Route[] {
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
  const verify = defineRoute({
    operation: "verifyAudit",
    method: "GET",
    path: "/v1/audit/verification",
    summary: "Whether the ledger is whole: every entry is read, and its hash made again",
    description: "Of all namespaces at once: who asks must be let list releasedeployments in all.",
    needs,
    query: verificationQuery,
    answers: { 200: { description: "What was found.", schema: verification } },
    problems: [503],
    handle: async ({ caller, query, signal }) => {
      if (!(await access.may(caller, { verb: "list", resource: needs.reads, namespace: "" }))) {
        throw new ForgeError("AccessDenied", `you may not list ${needs.reads} in all namespaces`);
      }
      const [sequence, hash = ""] = query.anchor?.split(":") ?? [];
      const anchor = sequence === undefined ? {} : { anchor: { sequence: Number(sequence), hash } };
      const { entries, head, damage } = await ledger.open().verify(anchor, signal);
      const end = { sequence: head.sequence, hash: head.hash };
      return { status: 200, body: { entries, head: end, ...(damage && { damage }) } };
    },
  });

  return [audit, verify];
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Partial<Defined<T>> {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries) as Partial<Defined<T>>;
}
