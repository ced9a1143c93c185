/** Spans of what is done for a request: they go on from the span that asked. */
import {
  originOf,
  pointerOrigin,
  type Release,
  type ReleasePointer,
  type RequestOrigin,
} from "../api/index.ts";
import type { Span } from "../telemetry/index.ts";
import type { ReconcilerDeps } from "./ports.ts";

export function releaseSpan(
  deps: Pick<ReconcilerDeps, "tracer">,
  release: Pick<Release, "metadata" | "spec">,
): Span {
  return begin(deps, "release", release, originOf(release));
}

export function deploymentSpan(
  deps: Pick<ReconcilerDeps, "tracer">,
  pointer: Pick<ReleasePointer, "metadata" | "spec">,
): Span {
  const span = begin(deps, "deployment", pointer, pointerOrigin(pointer));
  span.set({ "forge.environment": pointer.spec.environment });
  return span;
}

function begin(
  { tracer }: Pick<ReconcilerDeps, "tracer">,
  name: string,
  {
    metadata: { namespace },
    spec: { repository, project },
  }: Pick<Release, "metadata"> & {
    readonly spec: Pick<Release["spec"], "repository" | "project">;
  },
  origin: RequestOrigin | undefined,
): Span {
  return tracer.begin({
    name,
    kind: "internal",
    traceparent: origin?.traceparent,
    attributes: {
      "forge.request_id": origin?.requestId,
      "forge.namespace": namespace,
      "forge.repository": repository,
      "forge.project": project,
    },
  });
}
