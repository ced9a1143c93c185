import { pointerOrigin, type RequestOrigin, withOrigin } from "../api/index.ts";
import type { Draft, KindName, Kinds } from "./ports.ts";

/** A draft with the request that it is written by, where logs and records name that. */
export function stampedDraft<K extends KindName>(
  draft: Draft<K>,
  origin: RequestOrigin | undefined,
): Draft<K> {
  const { kind } = draft;
  if (kind === "ReleasePointer") return stampedPointer(draft as never, origin);
  if (origin === undefined || (kind !== "Release" && kind !== "ReleaseApproval")) return draft;
  return { ...draft, metadata: marked(draft.metadata, origin) };
}

/** A pointer that carries this very request; its other changes ask for nothing. */
export function stampedPointer<T extends Pick<Kinds["ReleasePointer"], "spec"> & Annotated>(
  pointer: T,
  origin: RequestOrigin | undefined,
): T {
  if (origin === undefined || pointerOrigin(pointer)?.requestId !== origin.requestId) {
    return pointer;
  }
  return { ...pointer, metadata: marked(pointer.metadata, origin) };
}

interface Annotated {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
}

function marked<T extends Annotated["metadata"]>(metadata: T, origin: RequestOrigin): T {
  return { ...metadata, annotations: withOrigin(metadata.annotations, origin) };
}
