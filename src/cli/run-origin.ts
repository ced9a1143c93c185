import { randomUUID } from "node:crypto";
import { type RequestOrigin, traceparentIn } from "../api/index.ts";
import type { Terminal } from "./ports.ts";

/**
 * Names this run of the command. A pipeline that is traced says so in $TRACEPARENT (OpenTelemetry,
 * "Environment Variables as Context Propagation Carriers").
 */
export function originOfRun(env: Terminal["env"]): RequestOrigin {
  const traceparent = traceparentIn(env["TRACEPARENT"]);
  return { requestId: randomUUID(), ...(traceparent !== undefined && { traceparent }) };
}
