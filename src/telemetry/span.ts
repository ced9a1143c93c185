/**
 * Spans of a trace, as forge's parts see them: handed on explicitly from a request to what it leads
 * to. Where nothing is traced they are one object that does nothing.
 */

/**
 * Names that OpenTelemetry gives (semantic conventions 1.3x) where there are any, and forge's own.
 * Values are names and numbers that logs carry too: texts of people and errors stay out.
 */
export interface SpanAttributes {
  readonly "http.request.method"?: string;
  readonly "http.route"?: string;
  readonly "http.response.status_code"?: number;
  readonly "forge.request_id"?: string | undefined;
  readonly "forge.namespace"?: string;
  readonly "forge.repository"?: string;
  readonly "forge.project"?: string;
  readonly "forge.environment"?: string;
  readonly "forge.release.number"?: number;
  readonly "forge.deployment"?: string;
  readonly "forge.decision.allowed"?: boolean;
  readonly "forge.git.commits"?: number;
}

export interface Span {
  /** W3C Trace Context, for what is done elsewhere; undefined where nothing is traced. */
  readonly traceparent: string | undefined;
  child(name: string, attributes?: SpanAttributes): Span;
  set(attributes: SpanAttributes): void;
  /** @param failure of which no more is told than its code */
  end(failure?: unknown): void;
}

export interface SpanStart {
  readonly name: string;
  /** Asked by somebody over the network, or worked on by itself. */
  readonly kind: "server" | "internal";
  /** Of the span that led to this one; a trace begins where there is none. */
  readonly traceparent?: string | undefined;
  readonly attributes?: SpanAttributes;
}

export interface Tracer {
  begin(start: SpanStart): Span;
  /** Sends what is left; bounded in time, and never rejects. */
  close(): Promise<void>;
}

export const noSpan: Span = {
  traceparent: undefined,
  child: () => noSpan,
  set: () => undefined,
  end: () => undefined,
};

export const noTracer: Tracer = { begin: () => noSpan, close: async () => undefined };

/** Does work within a span of its own, which ends with it. */
export function inSpan<T>(
  parent: Span,
  name: string,
  work: (span: Span) => T | Promise<T>,
): Promise<T> {
  return endingWith(parent.child(name), work);
}

/** Does work within a span that was begun, and ends it. */
export async function endingWith<T>(span: Span, work: (span: Span) => T | Promise<T>): Promise<T> {
  try {
    const result = await work(span);
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
