import { z } from "zod";
import { conditionsField, observedGenerationField } from "./condition.ts";
import {
  branchField,
  commitField,
  digestField,
  environmentField,
  gitUrlField,
  personField,
  projectField,
  reasonField,
  repositoryField,
  secretRefField,
} from "./fields.ts";
import { ageColumn, defineKind, type ForgeObject, readyColumns } from "./kind.ts";

export const requestTypes = ["Deploy", "Promote", "Rollback"] as const;

const immutable = (field: string) => ({
  "x-kubernetes-validations": [
    { rule: "self == oldSelf", message: `${field} is immutable: create another pointer` },
  ],
});

const specSchema = z
  .object({
    environment: environmentField.meta(immutable("environment")),
    repository: repositoryField.meta(immutable("repository")),
    project: projectField.meta(immutable("project")),
    release: z
      .string()
      .min(1)
      .max(256)
      .describe(
        "The release that should run: an alias, a number, or a commit (7 or more digits, unique).",
      ),
    image: z
      .object({
        repository: z.string().min(1).max(512).describe("Image name without tag and digest."),
        digest: digestField,
      })
      .optional()
      .describe("The image that release must resolve to; a disagreement stops the deployment."),
    request: z
      .object({
        type: z
          .enum(requestTypes)
          .default("Deploy")
          .describe("Deploy, Promote, or Rollback: a deployment of an older release."),
        by: personField.optional(),
        reason: reasonField.optional(),
      })
      .optional()
      .describe("Who asks for this release, and why."),
    hold: z
      .object({ by: personField.optional(), reason: reasonField })
      .optional()
      .describe("Stop sign: automatic deployments pass the pointer by until it is lifted."),
    suspend: z
      .boolean()
      .default(false)
      .describe("Whether forge leaves the pointer alone altogether."),
  })
  .describe("Which release a project should run in an environment.");

const verdictSchema = z.object({
  rule: z.string().max(64).describe("The rule, such as branches."),
  passed: z.boolean().describe("Whether the rule lets the release in."),
  reason: z.string().max(64).describe("The verdict in one word for programs."),
  message: z.string().max(1024).describe("The verdict in a sentence for people."),
});

/** A release, as a pointer remembers it: the Release itself may be deleted. */
const pinnedRelease = {
  commit: commitField,
  number: z.int().min(1).describe("Number of the release."),
  version: z.string().max(128).optional().describe("Version of the release."),
  digest: digestField,
};

const statusSchema = z
  .object({
    observedGeneration: observedGenerationField,
    resolved: z
      .object({
        identifier: z
          .string()
          .max(256)
          .describe("spec.release as it was resolved; until it changes, the release is pinned."),
        name: z.string().max(253).describe("Name of the Release."),
        ...pinnedRelease,
      })
      .optional()
      .describe("What spec.release stands for."),
    deployment: z
      .object({
        sequence: z.int().min(1).describe("1, 2, 3 for each deployment of this pointer."),
        name: z
          .string()
          .max(253)
          .describe("Name of the deployment, which the pointer file carries."),
        ...pinnedRelease,
        image: z.string().max(512).describe("Image name of the release, without tag and digest."),
        target: z
          .object({
            url: gitUrlField,
            branch: branchField,
            path: z.string().max(512).describe("Template of the pointer file's folder."),
            secretRef: secretRefField.optional(),
          })
          .describe("Where in Git it goes."),
        request: z
          .object({
            type: z.enum(requestTypes).describe("Deploy, Promote or Rollback."),
            by: personField,
            reason: reasonField.optional(),
          })
          .describe("Who asked for it, and why."),
      })
      .optional()
      .describe("The deployment that was begun last; written before its commit is pushed."),
    git: z
      .object({
        commit: commitField.describe("Commit in the GitOps repository."),
        path: z.string().max(1024).describe("Path of the pointer file."),
        deployment: z.string().max(253).describe("Deployment that the commit carries out."),
      })
      .optional()
      .describe("The pointer's last commit in the GitOps repository."),
    deployed: z
      .object(pinnedRelease)
      .optional()
      .describe("The release that the last commit deployed."),
    previous: z.object(pinnedRelease).optional().describe("The release that was deployed before."),
    decision: z
      .object({
        allowed: z.boolean().describe("Whether every rule lets the release in."),
        rules: z
          .array(verdictSchema)
          .max(32)
          .meta({
            description: "Every rule with its verdict.",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["rule"],
          }),
      })
      .optional()
      .describe("What the environment's policy says of the release."),
    conditions: conditionsField,
  })
  .describe("What became of the pointer.");

export type RequestType = (typeof requestTypes)[number];
export type ReleasePointerSpec = z.output<typeof specSchema>;
export type ReleasePointerStatus = z.output<typeof statusSchema>;
export type ReleasePointer = ForgeObject<ReleasePointerSpec, ReleasePointerStatus>;
export type Verdict = z.output<typeof verdictSchema>;

export const releasePointerKind = defineKind({
  kind: "ReleasePointer",
  plural: "releasepointers",
  shortNames: ["rp"],
  description: "The release that a project should run in an environment.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    {
      name: "Environment",
      type: "string",
      jsonPath: ".spec.environment",
      description: "Environment.",
    },
    { name: "Project", type: "string", jsonPath: ".spec.project", description: "Project." },
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
      name: "Git-Commit",
      type: "string",
      jsonPath: ".status.git.commit",
      description: "Commit in the GitOps repository.",
      priority: 1,
    },
    {
      name: "Message",
      type: "string",
      jsonPath: '.status.conditions[?(@.type=="Ready")].message',
      description: "The state in words.",
      priority: 1,
    },
    ageColumn,
  ],
  selectableFields: [".spec.environment", ".spec.repository", ".spec.project"],
});
