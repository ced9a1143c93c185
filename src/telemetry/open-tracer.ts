import type { Logger } from "./log.ts";
import { noTracer, type Tracer } from "./span.ts";

export interface TracerOptions {
  /** Base address of an OTLP receiver over HTTP; undefined: nothing is traced. */
  readonly endpoint: string | undefined;
  /** Of the program: service.name. */
  readonly service: string;
  readonly version: string;
  readonly log: Pick<Logger, "warn">;
}

/** Nothing of OpenTelemetry is loaded unless spans go somewhere. */
export async function openTracer({ endpoint, ...about }: TracerOptions): Promise<Tracer> {
  if (endpoint === undefined) return noTracer;
  const { OtlpTracer } = await import("./otlp-tracer.ts");
  return new OtlpTracer({ ...about, endpoint });
}
