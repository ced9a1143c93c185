/** Where spans go, for the programs that trace. */
import type { Flag } from "./flags.ts";

export const otlpFlag = {
  value: "URL",
  variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
  help: "receiver of traces, as OTLP over HTTP; without one nothing is traced",
} as const satisfies Flag;

/** @throws Error where it is no URL of http; it is not repeated, since it may hold a password */
export function otlpEndpoint(text: string | undefined): string | undefined {
  if (text === undefined || /^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new Error("--otlp-endpoint (or $OTEL_EXPORTER_OTLP_ENDPOINT) is no http or https URL");
}
