import { z } from "zod";
import { conditionsField, observedGenerationField, unseen } from "./condition.ts";
import { mapOf, text, transitions } from "./constraints.ts";
import {
  decisionSchema,
  generationsSchema,
  releaseIdentitySchema,
  requestSchema,
} from "./deployment.ts";
import {
  commitField,
  environmentField,
  personField,
  projectField,
  repositoryField,
  timeField,
} from "./fields.ts";
import {
  ageColumn,
  defineKind,
  environmentColumn,
  type ForgeObject,
  gitCommitColumn,
  projectColumn,
} from "./kind.ts";

const specSchema = z
  .object({
    environment: environmentField,
    repository: repositoryField,
    project: projectField,
    pointer: text(1, 253).describe("Name of the ReleasePointer that was changed."),
    sequence: z
      .int()
      .min(1)
      .max(2_147_483_647)
      .describe("1, 2, 3 for each deployment of the pointer."),
    generations: generationsSchema.optional(),
    release: releaseIdentitySchema.describe("The release that is deployed."),
    previous: releaseIdentitySchema.optional().describe("The release that was deployed before."),
    request: requestSchema.prefault({}),
    decision: decisionSchema,
    approvals: mapOf(
      z
        .object({
          name: text(1, 253).describe("Name of the ReleaseApproval."),
          approver: personField.describe("Who approved."),
        })
        .describe("An approval that counted."),
      "name",
      32,
    )
      .default([])
      .describe("The approvals that counted."),
  })
  .meta({
    description: "What was deployed, on whose word and why. It is never changed.",
    ...transitions({
      rule: "self == oldSelf",
      message: "a deployment is a record and is never changed",
    }),
  });

export const deploymentOutcomes = [
  "Pending",
  "Blocked",
  "Active",
  "Superseded",
  "Failed",
  "RolledBack",
] as const;

const statusSchema = z
  .object({
    observedGeneration: observedGenerationField,
    outcome: z
      .enum(deploymentOutcomes)
      .optional()
      .describe(
        "What became of it: Pending until its commit is pushed, Blocked when a rule came in between, Active, Superseded by a later one, Failed, or RolledBack.",
      ),
    git: z
      .object({
        commit: commitField.describe("Commit in the GitOps repository."),
        path: text(0, 1024).describe("Path of the pointer file."),
      })
      .optional()
      .describe("The commit that carried it out."),
    committedAt: timeField
      .optional()
      .describe("When that commit was made, as the commit says; nothing is decided by it."),
    endedAt: timeField
      .optional()
      .describe(
        "When it was superseded or rolled back, as the next commit says; nothing is decided by it.",
      ),
    countsFrom: timeField
      .optional()
      .describe("Since when its soak counts, by forge's clock: since forge knows of the commit."),
    countsUntil: timeField
      .optional()
      .describe("Until when its soak counts, by the clocks of forge and the API server."),
    foundInGit: z
      .boolean()
      .optional()
      .describe(
        "Whether forge found the commit in Git and wrote this record afterwards, as after a restore: the soak counts from then.",
      ),
    health: z
      .object({
        healthy: z.boolean().describe("Whether it is healthy, or was when it ended."),
        healthySince: timeField
          .optional()
          .describe("Since when it is healthy, or was to its end; absent while it is not."),
      })
      .optional()
      .describe(
        "What Argo CD or Flux reports of it, kept when it ends; absent where neither ever reported.",
      ),
    conditions: conditionsField,
  })
  .default({ ...unseen, outcome: "Pending" })
  .describe("What became of the deployment.");

export type DeploymentOutcome = (typeof deploymentOutcomes)[number];
export type ReleaseDeploymentSpec = z.output<typeof specSchema>;
export type ReleaseDeploymentStatus = z.output<typeof statusSchema>;
export type ReleaseDeployment = ForgeObject<ReleaseDeploymentSpec, ReleaseDeploymentStatus>;

export const releaseDeploymentKind = defineKind({
  kind: "ReleaseDeployment",
  plural: "releasedeployments",
  shortNames: ["rd"],
  description: "The record of one change of a pointer; written by forge alone.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    environmentColumn,
    projectColumn,
    {
      name: "Release",
      type: "integer",
      jsonPath: ".spec.release.number",
      description: "Number of the release.",
    },
    {
      name: "Type",
      type: "string",
      jsonPath: ".spec.request.type",
      description: "Deploy, Promote or Rollback.",
    },
    { name: "By", type: "string", jsonPath: ".spec.request.by", description: "Who asked for it." },
    {
      name: "Outcome",
      type: "string",
      jsonPath: ".status.outcome",
      description: "What became of it.",
    },
    gitCommitColumn,
    ageColumn,
  ],
  selectableFields: [
    ".spec.environment",
    ".spec.repository",
    ".spec.project",
    ".spec.pointer",
    ".spec.release.commit",
    ".spec.release.number",
    ".status.outcome",
  ],
});
