import { existsSync, readFileSync } from "node:fs";

/** The part of any Kubernetes object that kstatus reads. */
export interface Observed {
  readonly metadata: {
    readonly name: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * The state of a custom resource by the rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus):
 * deletion, then the generation that was looked at, then Reconciling and Stalled, then Ready.
 */
export function stateOf({ metadata, status }: Observed): string {
  const is = (type: string, value: string) =>
    status?.conditions?.some((c) => c.type === type && c.status === value) === true;
  if (metadata.deletionTimestamp !== undefined) return "Terminating";
  const { observedGeneration } = status ?? {};
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) {
    return "InProgress";
  }
  if (is("Reconciling", "True")) return "InProgress";
  if (is("Stalled", "True")) return "Failed";
  return is("Ready", "False") || is("Ready", "Unknown") ? "InProgress" : "Current";
}

/** The objects that `kubectl get --watch -o json` wrote so far, one behind the other. */
export function readRecordedObjects(file: string): Observed[] {
  if (!existsSync(file)) return [];
  // Each object begins and ends with a brace at the beginning of a line.
  const objects = readFileSync(file, "utf8").match(/^\{$[\s\S]*?^\}$/gm) ?? [];
  return objects.flatMap((text) => {
    const object = JSON.parse(text) as Observed & { readonly items?: readonly Observed[] };
    return object.items ?? [object];
  });
}
