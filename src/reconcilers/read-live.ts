import { isNotFound, type Key, type KubeObject } from "../../controller/kube/index.ts";
import type { ReconcilerDeps } from "./ports.ts";

/** An object as the API server has it now, past the cache, which may lag; undefined when it is gone. */
export async function readLive<T extends KubeObject>(
  { client }: Pick<ReconcilerDeps, "client">,
  resource: Parameters<ReconcilerDeps["client"]["get"]>[0],
  key: Key,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await client.get<T>(resource, key, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}
