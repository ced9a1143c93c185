/** What goes back: JSON with its ETag, a part of it where fields are asked for, or nothing new. */
import { type Problem, partialMediaType, problemMediaType } from "../../rest/index.ts";
import { pickFields } from "./fields.ts";
import { JsonText } from "./json-text.ts";
import type { JsonAnswer } from "./route.ts";

export function jsonResponse(answer: JsonAnswer, request: Request, fields?: string): Response {
  const { status, body, version } = answer;
  const whole = body instanceof JsonText ? body : new JsonText(body);
  const text = fields === undefined ? whole : new JsonText(pickFields(whole.body, fields));
  const etag = etagOf(text, version);
  const headers = {
    "content-type": fields === undefined ? "application/json" : partialMediaType,
    etag,
  };
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && isKnown(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: { etag } });
  }
  return new Response(text.bytes, {
    status,
    headers: isRead ? headers : without(headers, version),
  });
}

/** The answer to a write has an ETag only where it names what is there now. */
function without(
  headers: { readonly "content-type": string; readonly etag: string },
  version?: string,
) {
  return version === undefined ? { "content-type": headers["content-type"] } : headers;
}

export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": problemMediaType, ...headers },
  });
}

/** Changes with every byte of the answer; begins with the version, where there is one. */
function etagOf({ hash }: JsonText, version: string | undefined): string {
  return version === undefined ? `"${hash}"` : `"${version}.${hash}"`;
}

/** RFC 9110 section 13.1.2: compared weakly. */
function isKnown(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
}

/** The version in an If-Match; undefined where none is given, or any is good. */
export function expectedVersion(header: string | null): string | undefined {
  if (header === null || header.trim() === "*") return undefined;
  return /^"([^".]*)(\.[^"]*)?"$/.exec(header.trim())?.[1] ?? "";
}
