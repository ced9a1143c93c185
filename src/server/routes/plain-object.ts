import type { ForgeObject } from "../../api/index.ts";

/** An object that was read or written live, as the caches would have it. */
export function plainObject<T extends ForgeObject<unknown, unknown>>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T["metadata"] & {
    readonly managedFields?: unknown;
  };
  return { ...object, metadata };
}
