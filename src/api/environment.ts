import { z } from "zod";
import { conditionsField, observedGenerationField } from "./condition.ts";
import {
  branchField,
  environmentField,
  gitUrlField,
  personField,
  reasonField,
  secretRefField,
} from "./fields.ts";
import { ageColumn, defineKind, type ForgeObject, readyColumns } from "./kind.ts";
import { triggerTypes } from "./release.ts";

const glob = z
  .string()
  .min(1)
  .max(256)
  .describe("A glob: * matches within a path segment, ** across segments, ? one character.");

const duration = z
  .string()
  .max(32)
  .regex(/^([0-9]+(ms|s|m|h))+$/)
  .describe("A duration such as 30m or 24h.");

const promotionPolicySchema = z
  .object({
    requireVerifiedSource: z
      .boolean()
      .default(false)
      .describe("Only releases whose claims about their source forge could check itself."),
    allowedTriggers: z
      .array(z.enum(triggerTypes).describe("A trigger that may enter."))
      .max(3)
      .default([])
      .meta({
        description: "Triggers that may enter; empty allows all.",
        "x-kubernetes-list-type": "set",
      }),
    allowedBranches: z.array(glob).max(64).default([]).meta({
      description: "Branches that may enter, as globs; empty allows all.",
      "x-kubernetes-list-type": "set",
    }),
    allowedTags: z.array(glob).max(64).default([]).meta({
      description: "Tags that may enter, as globs; empty allows all.",
      "x-kubernetes-list-type": "set",
    }),
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
    promotesFrom: z
      .array(
        z
          .object({
            environment: environmentField,
            soak: duration
              .optional()
              .describe("How long the release must have run there, such as 24h."),
          })
          .describe("An environment that comes first."),
      )
      .max(16)
      .default([])
      .meta({
        description: "Environments in which the same image must have run before.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["environment"],
      }),
    freezes: z
      .array(
        z
          .object({
            cron: z.string().min(9).max(128).describe("When it begins, in five cron fields."),
            duration: duration.describe("How long it lasts, such as 62h."),
            timeZone: z
              .string()
              .max(64)
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
    branch: branchField.default("main"),
    path: z
      .string()
      .min(1)
      .max(512)
      .default("{environment}/apps/{repository}/{project}")
      .describe(
        "Folder of the pointer file, with the placeholders {environment}, {repository} and {project}.",
      ),
    secretRef: secretRefField.optional(),
    author: z
      .object({
        name: z.string().min(1).max(128).describe("Name in the commits."),
        email: z.string().min(3).max(254).describe("Address in the commits."),
      })
      .default({ name: "forge", email: "forge@forge.dev" })
      .describe("Author of forge's commits."),
  })
  .describe("The GitOps repository that pointers are committed to.");

const specSchema = z
  .object({
    order: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe("Place in lists and pages: lower comes first."),
    promotionPolicy: promotionPolicySchema.prefault({}),
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
