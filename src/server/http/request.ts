/** What a request carries, read and checked by the schemas of its route. */
import type { z } from "zod";
import { ProblemError } from "./problem.ts";

/**
 * The query as its schema has it.
 * @throws ProblemError RequestInvalid
 */
export function readQuery(schema: z.ZodObject | undefined, search: URLSearchParams): object {
  const given: Record<string, string> = {};
  for (const [name, value] of search) {
    if (Object.hasOwn(given, name)) {
      throw invalid([{ field: name, message: "is given twice" }]);
    }
    given[name] = value;
  }
  if (schema !== undefined) return check(schema, given);
  const [name] = Object.keys(given);
  if (name === undefined) return {};
  throw invalid([{ field: name, message: "this route takes no parameters" }]);
}

/**
 * The JSON body as its schema has it.
 * @throws ProblemError RequestInvalid
 */
export function readBody(schema: z.ZodObject | undefined, text: string): object {
  if (schema === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProblemError("RequestInvalid", "the body is no JSON");
  }
  return check(schema, value);
}

/**
 * The text of a body of JSON, as fast as it comes, until the signal aborts.
 * @throws ProblemError RequestTooLarge, MediaTypeUnsupported
 */
export async function readText(
  request: Request,
  maximumBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ProblemError("MediaTypeUnsupported", `the body is ${type || "of no type"}, not JSON`);
  }
  const refuse = () =>
    new ProblemError("RequestTooLarge", `the body is larger than ${maximumBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maximumBytes) throw refuse();
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  const cancel = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      size += value.byteLength;
      if (size > maximumBytes) throw refuse();
      parts.push(value);
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
  return Buffer.concat(parts, size).toString("utf8");
}

const issuesShown = 20;

function check(schema: z.ZodObject, value: unknown): object {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, issuesShown);
  throw invalid(
    issues.map(({ path, message }) => ({ field: path.map(String).join("."), message })),
  );
}

type FieldErrors = readonly { readonly field: string; readonly message: string }[];

function invalid(errors: FieldErrors): ProblemError {
  const said = errors.map(({ field, message }) => `${field || "the body"}: ${message}`).join("; ");
  return new ProblemError("RequestInvalid", said.slice(0, 2_048), { errors });
}
