/** Forge's objects as they are: what the other routes are made of, for clients that know the kinds. */
import type { z } from "zod";
import {
  environmentKind,
  type Kind,
  kinds,
  releaseApprovalKind,
  releaseKind,
  releasePointerKind,
} from "../../api/index.ts";
import type { Draft, KindName, Kinds, Selection } from "../../requests/index.ts";
import {
  approval,
  deployment,
  draftOf,
  environment,
  objectQuery,
  pageOf,
  pointer,
  project,
  release,
  replacementOf,
  storedQuery,
  wholeRelease,
} from "../../rest/index.ts";
import { ascending, pageFrom } from "../http/paging.ts";
import { ProblemError } from "../http/problem.ts";
import { defineRoute, type Route } from "../http/route.ts";
import { cached, type RouteDeps, storeOf } from "./context.ts";
import { plainObject } from "./plain-object.ts";

const schemas: Readonly<Record<KindName, z.ZodObject>> = {
  Release: wholeRelease,
  Environment: environment,
  ReleasePointer: pointer,
  ReleaseApproval: approval,
  ReleaseDeployment: deployment,
  Project: project,
};

export function objectRoutes(deps: RouteDeps): readonly Route[] {
  return [
    ...kinds.flatMap((kind) => [listRoute(deps, kind), showRoute(kind)]),
    ...[releaseKind, releasePointerKind, releaseApprovalKind].map(createRoute),
    ...[environmentKind, releasePointerKind, releaseApprovalKind].map(replaceRoute),
  ];
}

const nameOf = ({ kind }: Kind) => kind as KindName;
const pathOf = ({ plural }: Kind) => `/v1/objects/${plural}`;

function listRoute(deps: RouteDeps, kind: Kind): Route {
  const name = nameOf(kind);
  return defineRoute({
    operation: `list${name}Objects`,
    method: "GET",
    path: pathOf(kind),
    summary: `${name} objects, by namespace and name`,
    needs: { reads: kind.plural },
    query: objectQuery,
    answers: {
      200: { description: "A page of them.", schema: pageOf(`${name}Objects`, listed(name)) },
    },
    handle: async (call) => {
      const selection = selectionOf(kind, call.query.where);
      const readable = await deps.locator.readable(call.caller, kind.plural, call.query.namespace);
      const found = await Promise.all(
        [...readable].map((namespace) => cached(deps, call, namespace).list(name, selection)),
      );
      const sorted = found.flat().toSorted((a, b) => ascending(keyOf(a), keyOf(b)));
      const page = pageFrom(sorted, call.query, { key: keyOf, compare: ascending });
      return { status: 200, body: { kind: "List", ...page } };
    },
  });
}

function showRoute(kind: Kind): Route {
  const name = nameOf(kind);
  return defineRoute({
    operation: `get${name}Object`,
    method: "GET",
    path: `${pathOf(kind)}/{name}`,
    summary: `One ${name}, as the cluster has it now`,
    needs: { reads: kind.plural },
    query: storedQuery,
    answers: { 200: { description: "The object.", schema: schemas[name] } },
    handle: async (call) => {
      const store = storeOf(call, call.query.namespace);
      const found = plainObject(await store.get(name, call.params["name"] ?? ""));
      return { status: 200, body: found, version: found.metadata.resourceVersion };
    },
  });
}

function createRoute(kind: Kind): Route {
  const name = nameOf(kind);
  return defineRoute({
    operation: `create${name}Object`,
    method: "POST",
    path: pathOf(kind),
    summary: `Create a ${name}`,
    needs: { reads: kind.plural, writes: [`create ${kind.plural}`] },
    body: draftOf(name, kind.spec),
    answers: {
      200: { description: "A dry run: it would be created.", schema: schemas[name] },
      201: { description: "It was created.", schema: schemas[name] },
    },
    problems: [409, 422],
    handle: async (call) => {
      const { metadata, spec, dryRun } = call.body;
      const draft = { kind: name, metadata, spec } as Draft<KindName>;
      const made = await storeOf(call, call.body.namespace).create(draft, { dryRun });
      return { status: dryRun ? 200 : 201, body: plainObject(made) };
    },
  });
}

function replaceRoute(kind: Kind): Route {
  const name = nameOf(kind);
  return defineRoute({
    operation: `replace${name}Object`,
    method: "PUT",
    path: `${pathOf(kind)}/{name}`,
    summary: `Replace what a ${name} says`,
    needs: { reads: kind.plural, writes: [`update ${kind.plural}`] },
    body: replacementOf(name, kind.spec),
    answers: { 200: { description: "As it is now, or would be.", schema: schemas[name] } },
    problems: [409, 422],
    handle: async (call) => {
      const { metadata, spec, dryRun } = call.body;
      const store = storeOf(call, call.body.namespace);
      // What a request does not name would be taken away by a PUT: labels, finalizers, owners.
      const before = await store.get(name, call.params["name"] ?? "");
      const object = { ...before, metadata: { ...before.metadata, ...metadata }, spec };
      const written = await store.replace(name, object as Kinds[KindName], { dryRun });
      return { status: 200, body: plainObject(written), version: written.metadata.resourceVersion };
    },
  });
}

/** What is large is left out of lists. */
function listed(name: KindName): z.ZodObject {
  return name === "Release" ? release : schemas[name];
}

function keyOf({ metadata }: Kinds[KindName]): readonly string[] {
  return [metadata.namespace, metadata.name];
}

/** @throws ProblemError RequestInvalid */
function selectionOf({ kind, selectableFields }: Kind, where: string | undefined): Selection {
  const selection: Record<string, string> = {};
  for (const part of where?.split(",") ?? []) {
    const equals = part.indexOf("=");
    const field = part.slice(0, equals);
    if (field !== "metadata.name" && !selectableFields.includes(`.${field}`)) {
      const message = `${field} of a ${kind} cannot be asked for; these can: ${selectableFields.map((known) => known.slice(1)).join(", ")}`;
      throw new ProblemError("RequestInvalid", `where: ${message}`, {
        errors: [{ field: "where", message }],
      });
    }
    selection[field] = part.slice(equals + 1);
  }
  return selection;
}
