import { errorFromStatus, KubeError, type Status } from "./errors.ts";
import type { KubeObject } from "./object.ts";

/** One line of a watch. A bookmark carries nothing but a resource version to resume from. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

export interface WatchStreamOptions {
  /** What errors call this watch. */
  readonly subject: string;
  readonly maximumLineBytes: number;
}

const newline = 0x0a;

/**
 * Reads a watch: JSON objects, one a line. Ends when the server ends it between two lines.
 * @throws KubeError for an ERROR event (410 means: list anew), a line that is too long or broken
 * off, and anything that is not a watch event.
 */
export async function* readWatchEvents<T extends KubeObject>(
  body: AsyncIterable<Uint8Array>,
  options: WatchStreamOptions,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const line of readLines(body, options)) {
    if (line.trim() !== "") yield parseEvent<T>(line, options.subject);
  }
}

async function* readLines(
  body: AsyncIterable<Uint8Array>,
  options: WatchStreamOptions,
): AsyncGenerator<string, void, undefined> {
  const { subject, maximumLineBytes } = options;
  let parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      parts.push(chunk.subarray(from, end));
      size += end - from;
      if (size > maximumLineBytes) throw lineTooLong(options);
      yield Buffer.concat(parts, size).toString("utf8");
      parts = [];
      size = 0;
      from = end + 1;
    }
    if (from < chunk.length) {
      parts.push(chunk.subarray(from));
      size += chunk.length - from;
    }
    if (size > maximumLineBytes) throw lineTooLong(options);
  }
  if (size > 0) {
    throw new KubeError("MalformedAnswer", `${subject}: the stream ended within a line`);
  }
}

function lineTooLong({ subject, maximumLineBytes }: WatchStreamOptions): KubeError {
  return new KubeError("AnswerTooLarge", `${subject}: a line over ${maximumLineBytes} bytes`);
}

function parseEvent<T extends KubeObject>(line: string, subject: string): WatchEvent<T> {
  let event: { type?: unknown; object?: T & Partial<Status> };
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw new KubeError("MalformedAnswer", `${subject}: a line is not JSON`, { cause });
  }
  const { type, object } = event ?? {};
  if (type === "ERROR") {
    throw errorFromStatus(object ?? {}, subject, { status: object?.code ?? 500 });
  }
  const resourceVersion = object?.metadata?.resourceVersion;
  if (object === undefined || resourceVersion === undefined) {
    throw new KubeError("MalformedAnswer", `${subject}: an event without a resource version`);
  }
  switch (type) {
    case "BOOKMARK":
      return { type, resourceVersion };
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object };
    default:
      throw new KubeError("MalformedAnswer", `${subject}: unknown event ${String(type)}`);
  }
}
