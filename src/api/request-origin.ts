/**
 * Which request a write came from: one id through the logs of every program, the objects that are
 * written, the record of a deployment and its commit.
 */
import { text } from "./constraints.ts";

/** Fits an HTTP header, a label of a log and a trailer of a commit. */
export const requestIdPattern = /^[A-Za-z0-9._-]{8,64}$/;

export const requestIdField = text(8, 64)
  .regex(requestIdPattern)
  .describe("Names the request, through logs, records and commits.");

/** Of W3C Trace Context, version 00: trace, parent span and flags; neither id is all zeros. */
const traceparentPattern = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

const requestIdAnnotation = "forge.dev/request-id";
const traceparentAnnotation = "forge.dev/traceparent";

export interface RequestOrigin {
  readonly requestId: string;
  /** The span that asked, as in the header of that name; absent where nothing is traced. */
  readonly traceparent?: string | undefined;
}

/** The text, where it is one that forge goes by. */
export function requestIdIn(text: string | null | undefined): string | undefined {
  return text && requestIdPattern.test(text) ? text : undefined;
}

/** The text, where it is a traceparent of W3C Trace Context. */
export function traceparentIn(text: string | null | undefined): string | undefined {
  return text && traceparentPattern.test(text) ? text : undefined;
}

/** An object's annotations with this origin, and none from before. */
export function withOrigin(
  annotations: Readonly<Record<string, string>> | undefined,
  { requestId, traceparent }: RequestOrigin,
): Readonly<Record<string, string>> {
  const { [traceparentAnnotation]: _, ...kept } = annotations ?? {};
  return {
    ...kept,
    [requestIdAnnotation]: requestId,
    ...(traceparent !== undefined && { [traceparentAnnotation]: traceparent }),
  };
}

interface Written {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

/** What an object that is written once says of the request that it came from. */
export function originOf({ metadata }: Written): RequestOrigin | undefined {
  const requestId = requestIdIn(metadata.annotations?.[requestIdAnnotation]);
  if (requestId === undefined) return undefined;
  const traceparent = traceparentIn(metadata.annotations?.[traceparentAnnotation]);
  return { requestId, ...(traceparent !== undefined && { traceparent }) };
}

/**
 * Where a pointer's request came from. The id is part of the request, and falls with it; what the
 * annotations say of another request than that is of the past.
 */
export function pointerOrigin(
  pointer: Written & {
    readonly spec: { readonly request?: { readonly id?: string | undefined } | undefined };
  },
): RequestOrigin | undefined {
  const requestId = requestIdIn(pointer.spec.request?.id);
  if (requestId === undefined) return undefined;
  const carried = originOf(pointer);
  return carried?.requestId === requestId ? carried : { requestId };
}
