import type { z } from "zod";
import type { Span } from "../../telemetry/index.ts";
import type { Caller } from "../caller/caller.ts";
import type { JsonText } from "./json-text.ts";
import type { Slots } from "./slots.ts";

/** A project that the caller may see, and the namespace that it stands for. */
export interface Located {
  readonly namespace: string;
  readonly repository: string;
  readonly project: string;
}

/** One request, known to be well formed, of somebody known. */
export interface Call<Query = object, Body = object> {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  /** Of a path that names a project. */
  readonly located: Located | undefined;
  readonly query: Query;
  readonly body: Body;
  readonly headers: Headers;
  readonly requestId: string;
  readonly span: Span;
  readonly signal: AbortSignal;
  readonly now: Date;
}

export interface JsonAnswer {
  readonly status: number;
  /** As text where it was made before: of an answer that many ask for. */
  readonly body: object | JsonText;
  /** Stands first in the ETag; If-Match is compared with it. */
  readonly version?: string;
}

/** What is written as the client reads it, and may take longer than a request's time. */
export interface StreamAnswer {
  readonly mediaType: string;
  /** Where the stream's slot is taken, and given back. */
  readonly slots: Slots;
  /** Called once a slot is held; the signal aborts when the slot is given back. */
  readonly open: (signal: AbortSignal) => AsyncIterable<string>;
}

export type Answer = JsonAnswer | StreamAnswer;

/** What a route needs of RBAC, for people and for docs/api.md. */
export interface Needs {
  /** Plural of the objects that the caller must be let list in the namespace. */
  readonly reads: string;
  /** Plurals of other objects that the answer tells of, which the caller must be let list too. */
  readonly also?: readonly string[];
  /** Plurals of objects that are left out of the answer where the caller may not list them. */
  readonly parts?: readonly string[];
  /** What the API server judges as the caller's own, such as `deploy` on the environment. */
  readonly writes?: readonly string[];
}

/** Each right, in the words of the documents. */
export function rightsOf({ reads, also = [], parts = [], writes = [] }: Needs): readonly string[] {
  const shown = parts.length === 0 ? [] : [`of ${parts.join(", ")} what you may list`];
  return [...[reads, ...also].map((plural) => `list ${plural}`), ...shown, ...writes];
}

/** One route of the API: all that is known of it stands here, and is generated from here. */
export interface Route {
  /** Unique: names the operation in OpenAPI. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT";
  /** As OpenAPI writes it. {repository} and {release} may take several segments. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Undefined: anybody known may. */
  readonly needs: Needs | undefined;
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodObject | undefined;
  /** By status; problems come besides. */
  readonly answers: Readonly<
    Record<number, { readonly description: string; readonly schema?: z.ZodType }>
  >;
  /** Of an answer that is a stream: its media type. */
  readonly streams: string | undefined;
  /** Statuses of problems that are particular to this route. */
  readonly problems: readonly number[];
  readonly handle: (call: Call<never, never>) => Promise<Answer>;
}

type Optional = "query" | "body" | "needs" | "problems" | "streams";

/** A route whose handler is given what its schemas say. */
export function defineRoute<Query extends z.ZodObject, Body extends z.ZodObject>(
  route: Omit<Route, "handle" | Optional> &
    Partial<Pick<Route, "needs" | "problems" | "streams">> & {
      readonly query?: Query;
      readonly body?: Body;
      readonly handle: (call: Call<z.output<Query>, z.output<Body>>) => Promise<Answer>;
    },
): Route {
  const { query, body, needs, streams, problems = [], handle, ...rest } = route;
  return { ...rest, query, body, needs, streams, problems, handle: handle as Route["handle"] };
}

/** Whether a problem of the path, the project or the object that it names may be answered. */
export function namesSomething({ path }: Route): boolean {
  return path.includes("{");
}
