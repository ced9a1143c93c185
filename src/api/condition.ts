import { z } from "zod";
import { text } from "./constraints.ts";
import { timeField } from "./fields.ts";

/** Both patterns are those of metav1.Condition. */
const typePattern =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/;
const reasonPattern = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;

/** metav1.Condition, as the Kubernetes API conventions have it. */
export const conditionSchema = z.object({
  type: text(1, 316).regex(typePattern).describe("What the condition speaks of, such as Ready."),
  status: z
    .enum(["True", "False", "Unknown"])
    .describe("Whether it holds: True, False or Unknown."),
  observedGeneration: z
    .int()
    .min(0)
    .optional()
    .describe("The generation of the object that the condition was judged on."),
  lastTransitionTime: timeField.describe("When status last changed."),
  reason: text(1, 1024)
    .regex(reasonPattern)
    .describe("The cause in one word for programs, such as Conflict."),
  message: text(0, 32768).describe("The cause in words for people."),
});

/** The types that forge writes, by kind; nobody else writes conditions of forge's objects. */
export const conditionTypes = {
  Project: ["Ready", "Reconciling", "Stalled", "Triggering", "RegistryAllowed"],
  Environment: ["Ready", "Stalled", "PoliciesEnforced"],
  Release: ["Ready", "Reconciling", "Stalled", "SourceVerified", "Rendered", "Packaged"],
  ReleasePointer: [
    "Ready",
    "Reconciling",
    "Stalled",
    "Resolved",
    "Allowed",
    "Committed",
    "AdoptedFromGit",
  ],
  ReleaseApproval: [],
  ReleaseDeployment: ["Ready", "Stalled"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ConditionType = (typeof conditionTypes)[keyof typeof conditionTypes][number];

export type Condition = z.infer<typeof conditionSchema>;

export const conditionsField = z
  .array(conditionSchema)
  .max(16)
  .optional()
  .meta({
    description: "What is known of the object's state, one entry a type.",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  });

export const observedGenerationField = z
  .int()
  .min(-1)
  .optional()
  .describe("The generation of the spec that this status was written for.");

/**
 * Status of a fresh object that a reconciler has yet to look at: without it kstatus, and whoever
 * waits by its rules, would take an object without conditions for one that is ready.
 */
export const unseen = { observedGeneration: -1 };

/** Whether the named condition is True for the object's current generation. */
export function isTrue(
  object: {
    readonly metadata: { readonly generation?: number | undefined };
    readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
  },
  type: string,
): boolean {
  const condition = object.status?.conditions?.find((c) => c.type === type);
  return (
    condition?.status === "True" &&
    (condition.observedGeneration === undefined ||
      object.metadata.generation === undefined ||
      condition.observedGeneration === object.metadata.generation)
  );
}
