import { z } from "zod";
import { conditionsField, observedGenerationField, unseen } from "./condition.ts";
import { mapOf, setOf, text } from "./constraints.ts";
import {
  environmentField,
  gitUrlField,
  personField,
  reasonField,
  secretRefField,
  targetBranchField,
} from "./fields.ts";
import { ageColumn, defineKind, type ForgeObject, readyColumns } from "./kind.ts";
import { triggerTypes } from "./trigger.ts";

const glob = text(1, 256).describe(
  "A glob: * matches within a path segment, ** across segments, ? one character.",
);

const tagPattern = text(1, 256).describe(
  "A glob such as v1.*, or a range of semantic versions: one that begins with <, >, =, ^ or ~, or has a space, such as >=1.2.0 <2.",
);

const duration = text(0, 32)
  .regex(/^([0-9]+(ms|s|m|h))+$/)
  .describe("A duration such as 30m or 24h.");

export const promotionPolicySchema = z
  .object({
    requireVerifiedSource: z
      .boolean()
      .default(false)
      .describe("Only releases whose claims about their source forge could check itself."),
    allowedTriggers: setOf(z.enum(triggerTypes).describe("A trigger that may enter."), 3)
      .default([])
      .describe("Triggers that may enter; empty allows all."),
    allowedBranches: setOf(glob, 64)
      .default([])
      .describe("Branches that may enter, as globs; empty allows all."),
    allowedTags: setOf(tagPattern, 64)
      .default([])
      .describe("Tags that may enter, as globs or ranges of versions; empty allows all."),
    autoDeploy: z
      .boolean()
      .default(false)
      .describe("Whether a release that the policy lets in is deployed by itself."),
    requiresApproval: z
      .boolean()
      .default(false)
      .describe("Whether somebody must approve each release first."),
    approvals: z
      .object({
        required: z.int().min(1).max(32).default(1).describe("How many people must approve."),
        expireAfter: duration
          .optional()
          .describe("How long an approval counts, such as 72h; without it, for ever."),
        allowSelfApproval: z
          .boolean()
          .default(false)
          .describe("Whether the person who asks for the deployment may approve it."),
      })
      .optional()
      .describe("How approvals are counted."),
    promotesFrom: mapOf(
      z
        .object({
          environment: environmentField,
          soak: duration
            .optional()
            .describe("How long the release must have run there, such as 24h."),
        })
        .describe("An environment that comes first."),
      "environment",
      16,
    )
      .default([])
      .describe("Environments in which the same image must have run before."),
    promotesFromMatch: z
      .enum(["All", "Any"])
      .default("All")
      .describe("Whether the image must have run in All of promotesFrom, or in Any of them."),
    freezes: z
      .array(
        z
          .object({
            cron: text(9, 128).describe("When it begins, in five cron fields."),
            duration: duration.describe("How long it lasts, such as 62h."),
            timeZone: text(0, 64)
              .default("UTC")
              .describe("IANA time zone of the cron fields, such as Europe/Berlin."),
          })
          .describe("A window in which nothing is deployed."),
      )
      .max(32)
      .default([])
      .meta({
        description: "Windows in which nothing is deployed.",
        "x-kubernetes-list-type": "atomic",
      }),
  })
  .describe("The rules by which releases may enter.");

const gitOpsSchema = z
  .object({
    url: gitUrlField,
    branch: targetBranchField.default("main"),
    path: text(1, 256)
      .regex(/^[!-~]+$/)
      .default("{environment}/apps/{repository}/{project}")
      .describe(
        "Folder of the pointer file, with the placeholders {environment}, {repository} and {project}.",
      ),
    secretRef: secretRefField.optional(),
    author: z
      .object({
        name: text(1, 128).describe("Name in the commits."),
        email: text(3, 254).describe("Address in the commits."),
      })
      .default({ name: "forge", email: "forge@forge.dev" })
      .describe("Author of forge's commits."),
  })
  .describe("The GitOps repository that pointers are committed to.");

export const projectsSchema = z
  .object({
    matchLabels: z
      .record(z.string(), text(0, 63))
      .refine((labels) => Object.keys(labels).length <= 32, { message: "has more than 32 labels" })
      .optional()
      .meta({ description: "Labels that a Project must carry, each of them.", maxProperties: 32 }),
    include: setOf(glob, 64)
      .optional()
      .describe("Projects as globs of <repository>/<project>; none listed means all."),
  })
  .describe("Which projects autoDeploy looks at: those that meet both; without it, all.");

export const rollbackSchema = z
  .object({
    requiresApproval: z
      .boolean()
      .default(true)
      .describe("Whether a rollback needs the approvals that any deployment needs."),
    duringFreeze: z
      .boolean()
      .default(false)
      .describe("Whether a rollback may go through a freeze."),
  })
  .describe("What a rollback is held up by. It always goes to what ran here before.");

const specSchema = z
  .object({
    order: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe("Place in lists and pages: lower comes first."),
    promotionPolicy: promotionPolicySchema.prefault({}),
    projects: projectsSchema.optional(),
    rollback: rollbackSchema.prefault({}),
    lock: z
      .object({ reason: reasonField, by: personField.optional() })
      .optional()
      .describe("Stops every deployment into the environment until it is removed."),
    gitOps: gitOpsSchema,
    revisionHistoryLimit: z
      .int()
      .min(1)
      .max(1000)
      .default(50)
      .describe("How many deployments a project keeps in its history here."),
  })
  .describe("Where releases are deployed to, and by which rules.");

const statusSchema = z
  .object({ observedGeneration: observedGenerationField, conditions: conditionsField })
  .default(unseen)
  .describe("What forge makes of the environment.");

export type PromotionPolicy = z.output<typeof promotionPolicySchema>;
export type EnvironmentSpec = z.output<typeof specSchema>;
export type EnvironmentStatus = z.output<typeof statusSchema>;
export type Environment = ForgeObject<EnvironmentSpec, EnvironmentStatus>;

export const environmentKind = defineKind({
  kind: "Environment",
  plural: "environments",
  shortNames: ["env"],
  description: "A deployment target and the rules by which releases may enter it.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    { name: "Order", type: "integer", jsonPath: ".spec.order", description: "Place in lists." },
    {
      name: "Triggers",
      type: "string",
      jsonPath: ".spec.promotionPolicy.allowedTriggers",
      description: "Triggers that may enter; none listed means all.",
    },
    {
      name: "Branches",
      type: "string",
      jsonPath: ".spec.promotionPolicy.allowedBranches",
      description: "Branches that may enter; none listed means all.",
    },
    {
      name: "Lock",
      type: "string",
      jsonPath: ".spec.lock.reason",
      description: "Why the environment is locked.",
    },
    ...readyColumns,
    {
      name: "GitOps",
      type: "string",
      jsonPath: ".spec.gitOps.url",
      description: "GitOps repository.",
      priority: 1,
    },
    ageColumn,
  ],
  selectableFields: [],
});
