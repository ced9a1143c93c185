import type { Span, Tracer } from "../../telemetry/index.ts";
import type { Route } from "./route.ts";

/** The span of a request to a route; it goes on from that of who asks. */
export function requestSpan(
  tracer: Tracer,
  request: Request,
  requestId: string,
  route: Route | undefined,
): Span {
  const { method, headers } = request;
  return tracer.begin({
    name: `${method} ${route?.path}`,
    kind: "server",
    traceparent: headers.get("traceparent") ?? undefined,
    attributes: {
      "http.request.method": method,
      "forge.request_id": requestId,
      ...(route && { "http.route": route.path }),
    },
  });
}
