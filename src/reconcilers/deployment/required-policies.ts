import type { ReconcilerDeps } from "../ports.ts";

/**
 * Why the admission policies keep the controller from committing; undefined where it does not
 * require them, or they are in force. What cannot be read counts as not in force.
 */
export function missingPolicies({
  policies,
  settings,
}: Pick<ReconcilerDeps, "policies" | "settings">): string | undefined {
  if (settings.requirePolicies !== true) return undefined;
  const { status, message } = policies();
  return status === "True" ? undefined : message;
}
