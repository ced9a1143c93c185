import type { ForgeError } from "../api/index.ts";
import type { Pointer } from "./pointer.ts";

/** What an Application's folder holds, as Argo CD hands it over. */
export interface ApplicationFolder {
  /** From the root of the GitOps repository. */
  readonly path: string;
  /** Text of release.yaml, the pointer file. */
  readonly pointer: string;
  /** Text of env.yaml, if there is one. */
  readonly environmentConfig?: string | undefined;
}

/** Where the content of a generated answer came from. */
export type ContentOrigin = "memory" | "disk" | "registry";

/** Told what the plugin does; for metrics. */
export interface Observer {
  /** A registry did not answer as it should, and is asked again. */
  retried(error: ForgeError): void;
  /** Content was read from here. */
  read(origin: ContentOrigin): void;
  /** Manifests were made that were not known yet. */
  made(pointer: Pointer): void;
}

/** Time and chance. */
export interface Surroundings {
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}
