/** The OpenAPI 3.1 document, made from the routes. */
import { STATUS_CODES } from "node:http";
import type { z } from "zod";
import {
  environmentName,
  partialMediaType,
  problem,
  problemMediaType,
  projectName,
  releaseField,
  repositoryName,
} from "../../rest/index.ts";
import { type Route, rightsOf } from "../http/route.ts";
import { type Components, type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { tagOf, tags } from "./tags.ts";

const parameters: Readonly<Record<string, z.ZodType>> = {
  repository: repositoryName,
  project: projectName,
  environment: environmentName,
  release: releaseField,
};

const descriptions: Readonly<Record<string, string>> = {
  id: "<repository>/<project>/<release>, with its slashes encoded as %2F.",
  sequence: "1, 2, 3 for each deployment of the pointer.",
};

const usual = [400, 401, 403, 404, 405, 413, 415, 429, 500, 503, 504];

export function openApiDocument(routes: readonly Route[], version: string): object {
  const components: Components = {};
  jsonSchemaOf(problem, "output", components);
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operationOf(route, components),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "forge",
      version,
      description:
        "Releases, deployments and approvals of forge. Objects are those of the Kubernetes API, with the same field names.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    tags,
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "A token that the cluster's API server accepts: a service account's, or OIDC.",
        },
      },
    },
  };
}

function operationOf(route: Route, components: Components): object {
  const { operation, summary, description, needs, body } = route;
  const rights = needs && rightsOf(needs).join("; ");
  const said = [description, rights && `Needs: ${rights}.`].filter(Boolean).join("\n\n");
  return {
    operationId: operation,
    tags: [tagOf(route)],
    summary,
    ...(said !== "" && { description: said }),
    parameters: [
      ...pathParameters(route, components),
      ...queryParameters(route, components),
      ...headerParameters(route),
    ],
    ...(body && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: jsonSchemaOf(body, "input", components) } },
      },
    }),
    responses: { ...answersOf(route, components), ...problemsOf(route) },
  };
}

function pathParameters({ path }: Route, components: Components): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => {
    const schema = parameters[name];
    const description = descriptions[name];
    return {
      name,
      in: "path",
      required: true,
      schema:
        schema === undefined
          ? { type: "string", minLength: 1 }
          : jsonSchemaOf(schema, "input", components),
      ...(description !== undefined && { description }),
    };
  });
}

function queryParameters({ query }: Route, components: Components): object[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(query, "input", components) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

function headerParameters({ method, operation, answers, streams }: Route): object[] {
  const text = (name: string, description: string) => ({
    ...{ name, in: "header", description, required: false },
    schema: { type: "string" },
  });
  if (operation === "streamEvents") return [text("Last-Event-ID", "id of the last event seen.")];
  if (streams !== undefined) return [];
  if (method === "GET" && 200 in answers) {
    return [text("If-None-Match", "ETag of what is known: 304 when nothing is new.")];
  }
  const key = {
    ...text("Idempotency-Key", "The same request with the same key is done once."),
    schema: { type: "string", minLength: 1, maxLength: 255, pattern: "^[!-~]+$" },
  };
  if (operation !== "requestDeployment") return [key];
  return [key, text("If-Match", "ETag of the history: only over what was seen.")];
}

function answersOf(route: Route, components: Components): object {
  const { answers, method, query, streams } = route;
  const etag = { etag: { description: "Of this answer.", schema: { type: "string" } } };
  const unchanged = method === "GET" && streams === undefined;
  const found = Object.entries(answers).map(([status, { description, schema }]) => {
    const own = schema && jsonSchemaOf(schema, "output", components);
    const content =
      streams !== undefined
        ? { [streams.split(";")[0] ?? ""]: streamOf(own) }
        : {
            "application/json": { schema: own },
            ...("fields" in (query?.shape ?? {}) && {
              [partialMediaType]: { schema: { type: "object" } },
            }),
          };
    const headers = unchanged ? { headers: etag } : {};
    return [status, { description, ...headers, content }];
  });
  return {
    ...Object.fromEntries(found),
    ...(unchanged && { 304: { description: "Nothing is new." } }),
  };
}

/** OpenAPI 3.1 has no keyword for the items of a stream; that of 3.2 is itemSchema. */
function streamOf(item: JsonSchema | undefined): object {
  return { schema: { type: "string" }, ...(item && { "x-itemSchema": item }) };
}

function problemsOf({ problems, body }: Route): object {
  const bodyless = [413, 415];
  const statuses = [...new Set([...usual, ...problems])]
    .filter((status) => body !== undefined || !bodyless.includes(status))
    .toSorted((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: STATUS_CODES[status] ?? "A problem.",
        content: { [problemMediaType]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
}
