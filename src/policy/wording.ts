import type { Trigger } from "../api/index.ts";
import type { PolicyInput } from "./decision.ts";

/** All that caused the release: its own trigger and those that joined it. */
export function triggersOf(release: PolicyInput["release"]): readonly Trigger[] {
  return release.status?.triggers ?? [release.spec.trigger];
}

/** `a`, `a or b`, `a, b or c`; a long list is cut. */
export function listed(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  if (distinct.length > 5)
    return `${distinct.slice(0, 5).join(", ")} or ${distinct.length - 5} more`;
  if (distinct.length < 2) return distinct.join("");
  return `${distinct.slice(0, -1).join(", ")} or ${distinct.at(-1)}`;
}
