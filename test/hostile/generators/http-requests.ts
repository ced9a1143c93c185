import { below, type Random } from "../random.ts";
import type { Shapes } from "./shape.ts";

/** Bytes that a caller writes on a connection of its own, and how. */
export interface GeneratedRequest {
  readonly pieces: readonly Buffer[];
  /** Between two pieces; none are waited for when absent. */
  readonly pauseMs?: number;
  /** The answer is read to its end, never read, or not waited for. */
  readonly answer: "read" | "ignore" | "leave";
  /** Connections that do the same at once; one when absent. */
  readonly connections?: number;
}

export interface RequestTarget {
  /** A token of somebody who may hardly do anything. */
  readonly token: string;
  /** Whether another caller sends the same: several may take together more than one may. */
  readonly otherToken: string;
  /** The repository of an existing project. */
  readonly repository: string;
}

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => item(index));

const bytes = (text: string) => Buffer.from(text, "latin1");

/** A letter at a time. */
const letters = (text: string) => [...text].map(bytes);

export function requestShapes({
  token,
  otherToken,
  repository,
}: RequestTarget): Shapes<GeneratedRequest> {
  const auth = `host: x\r\nauthorization: Bearer ${token}\r\n`;
  const get = (path: string, more = "") => `GET ${path} HTTP/1.1\r\n${auth}${more}\r\n`;
  const post = (path: string, length: number | string, more = "") =>
    `POST ${path} HTTP/1.1\r\n${auth}content-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;
  const once =
    (text: string, more: Partial<GeneratedRequest> = {}) =>
    () => ({
      pieces: [bytes(text)],
      answer: "read" as const,
      ...more,
    });
  const json = (body: string) =>
    once(post("/v1/releases", Buffer.byteLength(body, "latin1")) + body);
  const streams = ["/v1/events", "/v1/audit/export"];
  const chunked = `POST /v1/releases HTTP/1.1\r\n${auth}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
  return {
    "HEAD on streams": () => ({
      pieces: times(24, (index) => {
        const path = streams[index % 2];
        const who = index % 4 < 2 ? token : otherToken;
        return bytes(`HEAD ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${who}\r\n\r\n`);
      }),
      answer: "read",
    }),
    "streams that nobody reads": () => ({
      pieces: streams.map((path) => bytes(get(path))),
      ...{ answer: "ignore", connections: 30 },
    }),
    "callers that leave before the answer": () => ({
      pieces: [bytes(get(`/v1/releases/${encodeURIComponent(repository)}/auth`))],
      ...{ answer: "leave", connections: 50 },
    }),
    "three hundred bodies that never come": (random) => ({
      pieces: [bytes(post("/v1/releases", 1_000 + below(random, 1_000))), bytes("{")],
      ...{ pauseMs: 1_500, answer: "ignore", connections: 300 },
    }),
    "three hundred bodies of nobody": () => ({
      pieces: [
        bytes("POST /v1/releases HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n"),
        bytes("{"),
      ],
      ...{ pauseMs: 1_500, answer: "ignore", connections: 300 },
    }),
    "heads of a letter at a time": () => ({
      pieces: letters(`GET /v1/me HTTP/1.1\r\nhost: x\r\n${"x-slow: y\r\n".repeat(5)}`),
      ...{ pauseMs: 30, answer: "ignore", connections: 100 },
    }),
    "connections that say nothing": () => ({
      pieces: [bytes("")],
      ...{ pauseMs: 1_500, answer: "ignore", connections: 300 },
    }),
    "a thousand headers": once(get("/v1/me", times(1_000, (n) => `x-${n}: y\r\n`).join(""))),
    "a header of a megabyte": once(get("/v1/me", `x: ${"y".repeat(1_000_000)}\r\n`)),
    "a path of fifteen kilobytes": once(get(`/v1/releases/${"%2F".repeat(4_500)}`)),
    "a query of five thousand fields": once(get(`/v1/matrix?${"a=b&".repeat(3_000)}`)),
    "fields of fields": once(get(`/v1/matrix?fields=${"a.".repeat(4_000)}b`)),
    "a cursor of brackets": once(
      get(`/v1/matrix?cursor=${Buffer.from("[".repeat(5_000)).toString("base64url")}`),
    ),
    "paths that lead out": once(get("/v1/../../etc/passwd") + get("/v1/%2e%2e/%00/%ff/\\..")),
    "two lengths": once(
      `POST /v1/releases HTTP/1.1\r\n${auth}content-length: 5\r\ncontent-length: 6\r\n\r\nabcde`,
    ),
    "a length and chunks": once(
      `POST /v1/releases HTTP/1.1\r\n${auth}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ),
    "chunks of no size": once(`${chunked}zz\r\nabc\r\n0\r\n\r\n`),
    "chunks of sixteen exabytes": once(`${chunked}ffffffffffffffff\r\nabc`, { answer: "leave" }),
    "a hundred thousand chunks": once(`${chunked}${"1\r\n[\r\n".repeat(100_000)}0\r\n\r\n`),
    "a body of three megabytes": once(post("/v1/releases", 3_000_000) + "x".repeat(3_000_000)),
    "a million brackets": json("[".repeat(1_000_000)),
    "closed brackets": json(`${"[".repeat(500_000)}${"]".repeat(500_000)}`),
    "objects in objects": json(`${'{"a":'.repeat(200_000)}1${"}".repeat(200_000)}`),
    "two hundred thousand keys": json(`{${times(100_000, (n) => `"k${n}":1,`).join("")}"z":1}`),
    "names of prototypes": json(
      '{"__proto__":{"repository":"a"},"constructor":{"prototype":{"x":1}}}',
    ),
    "numbers without end": json(`{"commit":${"9".repeat(1_000_000)}}`),
    "letters that are none": json('{"repository":"\\ud800\\u0000","project":"\xff\xfe"}'),
    "no JSON": json("<xml/>"),
    "a thousand requests in one piece": () => ({
      pieces: [bytes(get("/v1/me").repeat(1_000))],
      answer: "leave",
    }),
    "a method that nobody knows": once(`BREW /v1/me HTTP/1.1\r\n${auth}\r\n`),
    "an upgrade": once(get("/v1/events", "connection: upgrade\r\nupgrade: websocket\r\n"), {
      answer: "leave",
    }),
    "no HTTP": (random: Random) => ({
      pieces: [Buffer.from(times(2_000, () => below(random, 256)))],
      answer: "read",
    }),
  };
}
