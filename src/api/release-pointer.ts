import { z } from "zod";
import { conditionsField, observedGenerationField, unseen } from "./condition.ts";
import { text, transitions } from "./constraints.ts";
import {
  decisionSchema,
  generationsSchema,
  releaseIdentitySchema,
  requestSchema,
} from "./deployment.ts";
import {
  commitField,
  digestField,
  environmentField,
  gitUrlField,
  personField,
  projectField,
  reasonField,
  repositoryField,
  secretRefField,
  targetBranchField,
  timeField,
} from "./fields.ts";
import {
  ageColumn,
  defineKind,
  environmentColumn,
  type ForgeObject,
  gitCommitColumn,
  projectColumn,
  readyColumns,
} from "./kind.ts";

const immutable = (field: string) =>
  transitions({
    rule: "self == oldSelf",
    message: `${field} is immutable: create another pointer`,
  });

/** Printable ASCII: status repeats it. A release with another alias has a number too. */
const identifierField = text(1, 256).regex(/^[!-~]+$/);

const specSchema = z
  .object({
    environment: environmentField.meta(immutable("environment")),
    repository: repositoryField.meta(immutable("repository")),
    project: projectField.meta(immutable("project")),
    release: identifierField.describe(
      "The release that should run: an alias, a number, or a commit (7 or more digits, unique).",
    ),
    image: z
      .object({
        repository: text(1, 512).describe("Image name without tag and digest."),
        digest: digestField,
      })
      .optional()
      .describe("The image that release must resolve to; a disagreement stops the deployment."),
    request: requestSchema.optional(),
    hold: z
      .object({ by: personField.optional(), reason: reasonField })
      .optional()
      .describe("Stop sign: automatic deployments pass the pointer by until it is lifted."),
    lock: z
      .object({ by: personField.optional(), reason: reasonField })
      .optional()
      .describe("Stops every deployment of the pointer, a person's as well, until it is removed."),
    suspend: z
      .boolean()
      .default(false)
      .describe("Whether forge leaves the pointer alone altogether."),
  })
  .describe("Which release a project should run in an environment.");

const deliverySchema = z
  .object({
    deployment: text(0, 253).describe("Deployment that this speaks of."),
    application: text(0, 320).describe(
      "Argo CD Application or Flux Kustomization, as namespace/name.",
    ),
    sync: text(1, 32).describe(
      "Synced, OutOfSync or Unknown, as Argo CD or Flux says of this deployment.",
    ),
    health: text(1, 32).describe("Health of its objects, in Argo CD's words."),
    healthySince: timeField
      .optional()
      .describe("Since when it is Synced and Healthy, uninterrupted; absent while it is not."),
    revision: text(0, 128)
      .optional()
      .describe("What Argo CD compared the cluster with, or Flux applied, last."),
    message: text(0, 512).optional().describe("What Argo CD or Flux says is wrong."),
  })
  .describe("How far the deployment has come in the cluster; of several the worst.");

const statusSchema = z
  .object({
    observedGeneration: observedGenerationField,
    resolved: z
      .object({
        identifier: identifierField.describe(
          "spec.release as it was resolved; until it changes, the release is pinned.",
        ),
        name: text(0, 253).describe("Name of the Release."),
        ...releaseIdentitySchema.shape,
      })
      .optional()
      .describe("What spec.release stands for."),
    deployment: z
      .object({
        sequence: z.int().min(1).describe("1, 2, 3 for each deployment of this pointer."),
        name: text(0, 253).describe("Name of the deployment, which the pointer file carries."),
        generations: generationsSchema.optional(),
        ...releaseIdentitySchema.shape,
        target: z
          .object({
            url: gitUrlField,
            branch: targetBranchField,
            path: text(0, 256).describe("Template of the pointer file's folder."),
            secretRef: secretRefField.optional(),
          })
          .describe("Where in Git it goes."),
      })
      .optional()
      .describe("The deployment that was begun last; written before its commit is pushed."),
    git: z
      .object({
        commit: commitField.describe("Commit in the GitOps repository."),
        path: text(0, 1024).describe("Path of the pointer file."),
        deployment: text(0, 253).describe("Deployment that the commit carries out."),
      })
      .optional()
      .describe("The pointer's last commit in the GitOps repository."),
    deployed: releaseIdentitySchema
      .optional()
      .describe("The release that the last commit deployed."),
    previous: releaseIdentitySchema.optional().describe("The release that was deployed before."),
    decision: decisionSchema.optional(),
    delivery: deliverySchema.optional(),
    conditions: conditionsField,
  })
  .default(unseen)
  .describe("What became of the pointer.");

export type ReleasePointerSpec = z.output<typeof specSchema>;
export type PointerDelivery = z.output<typeof deliverySchema>;
export type ReleasePointerStatus = z.output<typeof statusSchema>;
export type ReleasePointer = ForgeObject<ReleasePointerSpec, ReleasePointerStatus>;

export const releasePointerKind = defineKind({
  kind: "ReleasePointer",
  plural: "releasepointers",
  shortNames: ["rp"],
  description: "The release that a project should run in an environment.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    environmentColumn,
    projectColumn,
    {
      name: "Release",
      type: "string",
      jsonPath: ".spec.release",
      description: "Release that is asked for.",
    },
    {
      name: "Deployed",
      type: "integer",
      jsonPath: ".status.deployed.number",
      description: "Number of the release that was committed last.",
    },
    ...readyColumns,
    {
      name: "Health",
      type: "string",
      jsonPath: ".status.delivery.health",
      description: "Health of what was deployed, as Argo CD or Flux sees it.",
    },
    gitCommitColumn,
    {
      name: "Message",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].message',
      description: "The state in words.",
      priority: 1,
    },
    ageColumn,
  ],
  selectableFields: [
    ".spec.environment",
    ".spec.repository",
    ".spec.project",
    ".status.deployed.commit",
    ".status.deployed.number",
  ],
});
