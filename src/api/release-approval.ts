import { z } from "zod";
import { conditionsField, observedGenerationField } from "./condition.ts";
import { text, transitions } from "./constraints.ts";
import { projectsSchema, promotionPolicySchema, rollbackSchema } from "./environment.ts";
import {
  commitField,
  digestField,
  environmentField,
  personField,
  projectField,
  reasonField,
  repositoryField,
  timeField,
} from "./fields.ts";
import { ageColumn, defineKind, environmentColumn, type ForgeObject } from "./kind.ts";

const fixed = ["environment", "release", "decision", "justification"];

const specSchema = z
  .object({
    environment: environmentField,
    release: z
      .object({
        repository: repositoryField,
        project: projectField,
        commit: commitField,
        digest: digestField.describe(
          "Digest of the release image; the approval counts for no other.",
        ),
      })
      .describe("The release that is judged."),
    decision: z.enum(["Approve", "Reject"]).describe("Approve or Reject."),
    // Not required: kubectl checks by the schema before the API server writes the name.
    approver: personField
      .optional()
      .describe("Who judges: the user that creates this object. Nobody else can stand here."),
    justification: text(1, 1024).describe("Why, in a sentence for people."),
    expiresAt: timeField.optional().describe("When it ceases to count (RFC 3339)."),
    environmentGeneration: z
      .int()
      .min(1)
      .optional()
      .describe(
        "Generation of the Environment whose rules the author saw; without it, the one that forge sees first.",
      ),
    revoked: z
      .object({
        by: personField.optional().describe("Who took it back: the user that set this field."),
        reason: reasonField,
      })
      .optional()
      .describe("Takes the approval back. This cannot be undone: create another approval."),
  })
  .meta({
    description: "Who judged which release for which environment. Only revoked can be added later.",
    ...transitions(
      {
        rule: [
          ...fixed.map((field) => `self.${field} == oldSelf.${field}`),
          ...["approver", "expiresAt", "environmentGeneration"].flatMap((field) => [
            `has(self.${field}) == has(oldSelf.${field})`,
            `(!has(self.${field}) || self.${field} == oldSelf.${field})`,
          ]),
        ].join(" && "),
        message: "an approval is immutable but for revoked: create another one",
      },
      {
        rule: "!has(oldSelf.revoked) || (has(self.revoked) && self.revoked == oldSelf.revoked)",
        message: "a revocation cannot be taken back or changed: create another approval",
      },
    ),
  });

const policySchema = z
  .object({
    generation: z.int().min(1).describe("Generation of the Environment that had these rules."),
    rules: z
      .object({
        promotionPolicy: promotionPolicySchema,
        rollback: rollbackSchema,
        projects: projectsSchema.optional(),
      })
      .optional()
      .describe("The rules; absent where forge did not see that generation."),
  })
  .describe(
    "The rules under which it was given. Where the Environment is looser now, it must be given again.",
  );

const statusSchema = z
  .object({
    observedGeneration: observedGenerationField,
    policy: policySchema.optional(),
    rolledBack: z
      .object({
        deployment: text(1, 253).describe("Name of the deployment that was rolled back."),
        at: timeField.describe("When forge knew of the rollback."),
      })
      .optional()
      .describe("Its image was rolled back from: the approval does not count any more."),
    conditions: conditionsField,
  })
  .describe("What forge makes of the approval.");

export type ReleaseApprovalSpec = z.output<typeof specSchema>;
export type ReleaseApprovalStatus = z.output<typeof statusSchema>;
export type ReleaseApproval = ForgeObject<ReleaseApprovalSpec, ReleaseApprovalStatus>;

export const releaseApprovalKind = defineKind({
  kind: "ReleaseApproval",
  plural: "releaseapprovals",
  shortNames: ["ra"],
  description: "A named user's consent, or refusal, to one release in one environment.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    environmentColumn,
    { name: "Project", type: "string", jsonPath: ".spec.release.project", description: "Project." },
    {
      name: "Commit",
      type: "string",
      jsonPath: ".spec.release.commit",
      description: "Commit of the release.",
      priority: 1,
    },
    {
      name: "Decision",
      type: "string",
      jsonPath: ".spec.decision",
      description: "Approve or Reject.",
    },
    { name: "Approver", type: "string", jsonPath: ".spec.approver", description: "Who judged." },
    {
      name: "Revoked-By",
      type: "string",
      jsonPath: ".spec.revoked.by",
      description: "Who took it back.",
    },
    {
      name: "Expires",
      type: "string",
      jsonPath: ".spec.expiresAt",
      description: "When it ceases to count.",
    },
    {
      name: "Justification",
      type: "string",
      jsonPath: ".spec.justification",
      description: "Why.",
      priority: 1,
    },
    ageColumn,
  ],
  selectableFields: [
    ".spec.environment",
    ".spec.release.repository",
    ".spec.release.project",
    ".spec.release.commit",
    ".spec.release.digest",
    ".spec.approver",
  ],
});
