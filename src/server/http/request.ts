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
 * @throws ProblemError RequestInvalid, RequestTooLarge, MediaTypeUnsupported
 */
export async function readBody(
  schema: z.ZodObject | undefined,
  request: Request,
  maximumBytes: number,
): Promise<object> {
  if (schema === undefined) return {};
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ProblemError("MediaTypeUnsupported", `the body is ${type || "of no type"}, not JSON`);
  }
  const text = await readText(request, maximumBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ProblemError("RequestInvalid", "the body is no JSON");
  }
  return check(schema, value);
}

async function readText(request: Request, maximumBytes: number): Promise<string> {
  const refuse = () =>
    new ProblemError("RequestTooLarge", `the body is larger than ${maximumBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maximumBytes) throw refuse();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.byteLength;
    if (size > maximumBytes) throw refuse();
    parts.push(part);
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
