import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import type { EntryKind, Filter } from "../../ledger/index.ts";
import {
  auditPage,
  auditQuery,
  exportMediaType,
  exportQuery,
  verification,
  verificationQuery,
} from "../../rest/index.ts";
import type { Caller } from "../caller/caller.ts";
import { lineChunks } from "../http/line-chunks.ts";
import { defineRoute, type Route } from "../http/route.ts";
import type { RouteDeps } from "./context.ts";

const needs = {
  reads: "releasedeployments",
  parts: ["releases", "releaseapprovals", "releasepointers"],
};

export function auditRoutes(deps: RouteDeps): readonly Route[] {
  const { access, ledger } = deps;
  const audit = defineRoute({
    operation: "listAudit",
    method: "GET",
    path: "/v1/audit",
    summary: "What happened, on whose word, from the ledger",
    description:
      "Longer than the cluster keeps it. Of each kind that you may list in every namespace that you ask about. Without a ledger, or while it is away, 503.",
    needs,
    query: auditQuery,
    answers: { 200: { description: "A page of entries.", schema: auditPage } },
    problems: [503],
    handle: async (call) => {
      const { cursor, fields: _, limit, order, ...asked } = call.query;
      const filter = await filterOf(deps, call.caller, asked);
      const after = cursor === undefined ? undefined : Number(cursor);
      const { items, next } = await ledger
        .open()
        .read({ ...filter, order, limit, ...(after !== undefined && { after }) }, call.signal);
      const nextCursor = next === undefined ? {} : { nextCursor: String(next) };
      return { status: 200, body: { kind: "List", items, ...nextCursor } };
    },
  });
  const exported = defineRoute({
    operation: "exportAudit",
    method: "GET",
    path: "/v1/audit/export",
    summary: "The entries of the ledger as JSON lines, the oldest first",
    description:
      "An answer that breaks off goes on with after=, the sequence of the last whole line. With the right in all namespaces and without a namespace it is the whole ledger, whose chain can be verified.",
    needs,
    query: exportQuery,
    answers: { 200: { description: "An entry a line.", schema: z.string() } },
    problems: [503],
    streams: exportMediaType,
    handle: async (call) => {
      const { after, ...asked } = call.query;
      const filter = await filterOf(deps, call.caller, asked);
      const opened = ledger.open();
      const mayGoOn = async () => {
        await deps.knowsStill(call.headers.get("authorization"));
        // The same rights as at the beginning, or no more of it.
        if (isWithin(filter, await filterOf(deps, call.caller, asked))) return;
        throw new ForgeError("AccessDenied", `you may no longer list ${needs.reads}`);
      };
      const open = (signal: AbortSignal) =>
        lineChunks(opened.export({ ...filter, after }, signal), mayGoOn);
      return { mediaType: exportMediaType, slots: deps.slots.exports, open };
    },
  });
  const verify = defineRoute({
    operation: "verifyAudit",
    method: "GET",
    path: "/v1/audit/verification",
    summary: "Whether the ledger is whole: every entry is read, and its hash made again",
    description: "Of all namespaces at once: who asks must be let list releasedeployments in all.",
    needs: { reads: needs.reads },
    query: verificationQuery,
    answers: { 200: { description: "What was found.", schema: verification } },
    problems: [503],
    handle: async ({ caller, query, signal }) => {
      if (!(await mayReadAll(access, caller))) {
        throw new ForgeError("AccessDenied", `you may not list ${needs.reads} in all namespaces`);
      }
      const [sequence, hash = ""] = query.anchor?.split(":") ?? [];
      const anchor = sequence === undefined ? {} : { anchor: { sequence: Number(sequence), hash } };
      const { entries, head, damage, unproven } = await ledger.open().verify(anchor, signal);
      const end = { sequence: head.sequence, hash: head.hash };
      const body = { entries, head: end, ...(damage && { damage }), ...(unproven && { unproven }) };
      return { status: 200, body };
    },
  });

  return [audit, exported, verify];
}

/** The objects that entries of a kind tell of; other entries tell of actions. */
const toldOf: Readonly<Record<EntryKind, string>> = {
  Release: "releases",
  Approval: "releaseapprovals",
  Decision: "releasepointers",
  Deployment: needs.reads,
  Action: needs.reads,
  Ledger: needs.reads,
};
const entryKinds = Object.keys(toldOf) as EntryKind[];

/**
 * Which entries: of the tenants that the caller may read. Who may read all of them is told of those
 * that are gone too, and of what belongs to none.
 */
async function filterOf(
  { access, locator }: RouteDeps,
  caller: Caller,
  { namespace, kind, ...rest }: Asked,
): Promise<Filter> {
  const asked = kind === undefined ? entryKinds : [kind];
  const isAll = namespace === undefined && (await mayReadAll(access, caller));
  const readable = isAll ? undefined : await locator.readable(caller, needs.reads, namespace);
  const scope = readable && [...readable];
  const allowed = await Promise.all(
    asked.map((one) => mayReadIn(access, caller, toldOf[one], scope)),
  );
  const kinds = asked.filter((_, index) => allowed[index]);
  return {
    ...defined(rest),
    ...(kinds.length < entryKinds.length && { kinds }),
    ...(scope && { namespaces: scope }),
  };
}

/** Whether the caller may list the objects in all that it reads: in every namespace, or in these. */
async function mayReadIn(
  access: RouteDeps["access"],
  caller: Caller,
  resource: string,
  scope: readonly string[] | undefined,
): Promise<boolean> {
  if (scope === undefined) return access.may(caller, { verb: "list", resource, namespace: "" });
  return (await access.readable(caller, resource, scope)).size === scope.length;
}

function mayReadAll(access: RouteDeps["access"], caller: Caller): Promise<boolean> {
  return access.may(caller, { verb: "list", resource: needs.reads, namespace: "" });
}

/** Whether a filter lets nothing through that another one does not. */
function isWithin(filter: Filter, now: Filter): boolean {
  const lets = (some: readonly string[] | undefined, all: readonly string[] | undefined) =>
    all === undefined || some?.every((one) => all.includes(one)) === true;
  return lets(filter.namespaces, now.namespaces) && lets(filter.kinds, now.kinds);
}

type Asked = Omit<z.output<typeof exportQuery>, "after">;

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Partial<Defined<T>> {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries) as Partial<Defined<T>>;
}
