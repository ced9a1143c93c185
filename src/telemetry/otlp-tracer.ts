/** The one place that knows OpenTelemetry: spans, sent as OTLP over HTTP in batches. */
import {
  type Context,
  DiagLogLevel,
  diag,
  type Tracer as OpenTelemetryTracer,
  type Span as OtlpSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { ForgeError, traceparentIn } from "../api/index.ts";
import type { Logger } from "./log.ts";
import type { Span, SpanAttributes, SpanStart, Tracer } from "./span.ts";

const exportMs = 5_000;
const closeMs = 3_000;
/** Spans that wait for a receiver which is slow or gone; the newest are dropped. */
const queued = 2_048;

interface OtlpOptions {
  readonly endpoint: string;
  readonly service: string;
  readonly version: string;
  readonly log: Pick<Logger, "warn">;
}

/** What is asked of OpenTelemetry besides comes from its own variables, such as headers. */
export class OtlpTracer implements Tracer {
  readonly #provider: TracerProvider;
  readonly #tracer: OpenTelemetryTracer;

  constructor({ endpoint, service, version, log }: OtlpOptions) {
    const warn = (message: string) => log.warn({ detail: message }, "spans not sent");
    const quiet = () => undefined;
    diag.setLogger(
      { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    const exporter = new OTLPTraceExporter({
      url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
      timeoutMillis: exportMs,
    });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ "service.name": service, "service.version": version }),
      spanProcessors: [
        new BatchSpanProcessor({ exporter, maxQueueSize: queued, exportTimeoutMillis: exportMs }),
      ],
    });
    this.#tracer = this.#provider.getTracer("forge", version);
  }

  begin({ name, kind, traceparent, attributes = {} }: SpanStart): Span {
    const options = {
      kind: kind === "server" ? SpanKind.SERVER : SpanKind.INTERNAL,
      attributes: { ...attributes },
    };
    return this.#open(name, options, contextOf(traceparent));
  }

  async close(): Promise<void> {
    const over = Promise.withResolvers<void>();
    const timer = setTimeout(over.resolve, closeMs);
    await Promise.race([this.#provider.shutdown().catch(() => undefined), over.promise]);
    clearTimeout(timer);
  }

  #open(name: string, options: { readonly kind: SpanKind; attributes: object }, parent: Context) {
    const span = this.#tracer.startSpan(name, options as never, parent);
    const within = trace.setSpan(parent, span);
    const child = (childName: string, attributes: SpanAttributes = {}): Span =>
      this.#open(childName, { kind: SpanKind.INTERNAL, attributes }, within);
    return new OpenSpan(span, child);
  }
}

class OpenSpan implements Span {
  readonly #span: OtlpSpan;
  readonly child: Span["child"];

  constructor(span: OtlpSpan, child: Span["child"]) {
    this.#span = span;
    this.child = child;
  }

  get traceparent(): string {
    const { traceId, spanId, traceFlags } = this.#span.spanContext();
    return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes({ ...attributes });
  }

  end(failure?: unknown): void {
    if (failure !== undefined) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
      this.#span.setAttribute("error.type", typeOf(failure));
    }
    this.#span.end();
  }
}

/** A message may name what only its reader may know: the type is all that goes out. */
function typeOf(failure: unknown): string {
  if (failure instanceof ForgeError) return failure.code;
  return failure instanceof Error ? failure.name : "unknown";
}

/** W3C Trace Context, section 3.2; what is none begins a trace of its own. */
function contextOf(traceparent: string | undefined): Context {
  const [, traceId = "", spanId = "", flags = ""] = traceparentIn(traceparent)?.split("-") ?? [];
  if (traceId === "") return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
