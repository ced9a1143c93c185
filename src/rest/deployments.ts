import { z } from "zod";
import { releaseApprovalKind, releasePointerKind } from "../api/index.ts";
import { deployment, pointer } from "./objects.ts";
import { namespaceField, nextCursor } from "./paging.ts";

const pointerSpec = releasePointerKind.spec.shape;

/** A release as it is named: an alias, a number, or a commit of 7 or more digits. */
export const releaseField = pointerSpec.release;
export const environmentName = pointerSpec.environment.meta({
  "x-kubernetes-validations": undefined,
});
export const repositoryName = pointerSpec.repository.meta({
  "x-kubernetes-validations": undefined,
});
export const projectName = pointerSpec.project.meta({ "x-kubernetes-validations": undefined });
export const reasonField = releaseApprovalKind.spec.shape.justification;
export const dryRunField = z
  .boolean()
  .default(false)
  .describe("Judge, by the rules and by the API server, and write nothing.");

/** Where a deployment goes. */
export const placeFields = {
  namespace: namespaceField,
  environment: environmentName,
  repository: repositoryName,
  project: projectName,
};

export const deploymentRequest = z
  .strictObject({
    ...placeFields,
    type: z
      .enum(["Deploy", "Promote", "Rollback"])
      .default("Deploy")
      .describe("Rollback is a deployment of an older release."),
    release: releaseField
      .optional()
      .describe(
        "An alias, a number or a commit. Without it, Promote takes what the environment before has, and Rollback what ran before.",
      ),
    from: environmentName.optional().describe("Of Promote: the environment that has the release."),
    reason: reasonField.optional(),
    dryRun: dryRunField,
  })
  .meta({ id: "DeploymentRequest" });

export const identity = z
  .object({
    commit: z.string(),
    number: z.int().optional(),
    version: z.string().optional(),
    digest: z.string().optional(),
  })
  .meta({ id: "ReleaseIdentity" });

export const decision = z
  .object({
    allowed: z.boolean().describe("Whether every rule lets the release in."),
    rules: z.array(
      z.object({
        rule: z.string(),
        passed: z.boolean(),
        reason: z.string(),
        message: z.string(),
        pattern: z.string().optional(),
        by: z.string().optional(),
        until: z.string().optional(),
      }),
    ),
    changesAt: z.string().optional().describe("When time alone may change the decision."),
  })
  .meta({ id: "Decision", description: "What the rules of the environment say of the release." });

export const judged = z.object({
  namespace: z.string(),
  environment: z.string(),
  repository: z.string(),
  project: z.string(),
  release: identity,
  request: z
    .object({ type: z.string(), by: z.string().optional(), reason: z.string().optional() })
    .optional(),
  decision,
  pending: z.boolean().describe("Whether approval, or time, is all that is missing."),
});

export const decisionAnswer = judged.meta({ id: "DecisionAnswer" });

export const deploymentAnswer = judged
  .extend({
    state: z
      .enum(["Judged", "Accepted", "Pending", "Present"])
      .describe(
        "Judged: a dry run. Accepted: asked for, and let in. Pending: asked for, and waits. Present: it is there already.",
      ),
    pointer: pointer.optional().describe("The pointer as it was written."),
  })
  .meta({ id: "DeploymentAnswer" });

export const deploymentHistory = z
  .object({
    namespace: z.string(),
    environment: z.string(),
    repository: z.string(),
    project: z.string(),
    pointer: pointer.optional().describe("What is asked for there, and what became of it."),
    items: z
      .array(deployment)
      .describe("The newest first; what each was decided by is told by the record alone."),
    nextCursor,
  })
  .meta({ id: "DeploymentHistory" });

export type DeploymentRequest = z.output<typeof deploymentRequest>;
export type DeploymentAnswer = z.output<typeof deploymentAnswer>;
export type DecisionAnswer = z.output<typeof decisionAnswer>;
