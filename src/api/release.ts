import { z } from "zod";
import { conditionsField, observedGenerationField } from "./condition.ts";
import {
  branchField,
  commitField,
  digestField,
  gitUrlField,
  personField,
  projectField,
  repositoryField,
  secretRefField,
  tagField,
  timeField,
} from "./fields.ts";
import { ageColumn, defineKind, type ForgeObject, readyColumns } from "./kind.ts";

export const triggerTypes = ["BranchPush", "Tag", "Manual"] as const;

export const triggerSchema = z
  .object({
    type: z
      .enum(triggerTypes)
      .describe("BranchPush, Tag, or Manual when a person or a pipeline asked for it by hand."),
    branch: branchField.optional(),
    tag: tagField.optional(),
    actor: personField.optional(),
    time: timeField.optional().describe("When it happened (RFC 3339)."),
  })
  .meta({
    description: "What caused the release.",
    "x-kubernetes-validations": [
      {
        rule: "self.type != 'BranchPush' || has(self.branch)",
        message: "a BranchPush trigger needs branch",
        fieldPath: ".branch",
      },
      {
        rule: "self.type != 'Tag' || has(self.tag)",
        message: "a Tag trigger needs tag",
        fieldPath: ".tag",
      },
    ],
  });

export const artifactSchema = z
  .object({
    name: z.string().min(1).max(128).describe("Name by which manifests refer to it."),
    type: z
      .string()
      .min(1)
      .max(64)
      .describe("What it is, such as container-image, binary or helm-chart."),
    uri: z.string().min(1).max(1024).describe("Where it is, without its digest."),
    digest: digestField.optional(),
    trackingUri: z
      .string()
      .max(1024)
      .optional()
      .describe("Where the pipeline keeps its record of the artifact."),
  })
  .describe("Something built from the commit.");

const sourceSchema = z
  .object({
    git: z
      .object({
        url: gitUrlField,
        path: z
          .string()
          .max(1024)
          .default("")
          .describe("Folder of YAML manifests in the repository; empty means its root."),
        secretRef: secretRefField.optional(),
      })
      .optional()
      .describe("A folder of the repository at spec.commit."),
    manifests: z
      .string()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe("Kubernetes objects as YAML, documents separated by ---."),
    oci: z
      .object({
        ref: z
          .string()
          .min(1)
          .max(1024)
          .describe("Reference of the snapshot: <registry>/<name>@<digest>."),
      })
      .optional()
      .describe("A snapshot that was published already."),
  })
  .meta({
    description: "Where the manifests come from: exactly one of git, manifests and oci.",
    "x-kubernetes-validations": [
      {
        rule: "(has(self.git) ? 1 : 0) + (has(self.manifests) ? 1 : 0) + (has(self.oci) ? 1 : 0) == 1",
        message: "exactly one of git, manifests and oci must be set",
      },
    ],
  });

const specSchema = z
  .object({
    repository: repositoryField,
    project: projectField,
    commit: commitField,
    version: z
      .string()
      .max(128)
      .regex(/^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)([-+][0-9A-Za-z.+-]*)?$/)
      .optional()
      .describe("Semantic version, such as 1.2.3 or v1.2.3."),
    notes: z.string().max(5000).optional().describe("Release notes in Markdown."),
    trigger: triggerSchema,
    artifacts: z
      .array(artifactSchema)
      .max(256)
      .default([])
      .meta({
        description: "What was built from the commit.",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      }),
    source: sourceSchema,
  })
  .meta({
    description: "What is released. It cannot be changed afterwards.",
    "x-kubernetes-validations": [
      { rule: "self == oldSelf", message: "a release is immutable: create another one" },
    ],
  });

export const aliasSchema = z.object({
  type: z.enum(["Tag", "Branch", "Custom"]).describe("Where the alias comes from."),
  value: z.string().min(1).max(256).describe("The alias itself, such as v1.2.3 or main-42."),
});

const statusSchema = z
  .object({
    observedGeneration: observedGenerationField,
    number: z
      .int()
      .min(1)
      .optional()
      .describe("The release's number within its project: 1, 2, 3, never reused."),
    triggers: z.array(triggerSchema).max(64).optional().meta({
      description: "All that caused this release: its own trigger and those of what joined it.",
      "x-kubernetes-list-type": "atomic",
    }),
    aliases: z.array(aliasSchema).max(128).optional().meta({
      description: "Names by which the release is found, besides its number and commit.",
      "x-kubernetes-list-type": "atomic",
    }),
    joined: z
      .string()
      .max(253)
      .optional()
      .describe("Name of the earlier Release of the same commit and content that this one joined."),
    conflictsWith: z
      .string()
      .max(253)
      .optional()
      .describe("Name of the Release that holds the same commit with other content."),
    replacedBy: z
      .string()
      .max(253)
      .optional()
      .describe("Name of the Release that took the place of this failed one."),
    image: z
      .object({
        ref: z.string().max(1024).describe("Reference of the release image by tag."),
        digest: digestField,
        size: z.int().min(0).describe("Size of all its parts in bytes."),
        resourcesDigest: digestField.describe("Digest of the uncompressed tar of the manifests."),
        metadataDigest: digestField.describe("Digest of the metadata layer."),
      })
      .optional()
      .describe("The release image in the registry."),
    resources: z
      .record(z.string().max(63), z.int().min(0))
      .optional()
      .meta({ description: "Number of objects by kind.", maxProperties: 256 }),
    conditions: conditionsField,
  })
  .describe("What forge made of the release.");

export type TriggerType = (typeof triggerTypes)[number];
export type Trigger = z.output<typeof triggerSchema>;
export type Artifact = z.output<typeof artifactSchema>;
export type Alias = z.output<typeof aliasSchema>;
export type ReleaseSpec = z.output<typeof specSchema>;
export type ReleaseStatus = z.output<typeof statusSchema>;
export type Release = ForgeObject<ReleaseSpec, ReleaseStatus>;

export const releaseKind = defineKind({
  kind: "Release",
  plural: "releases",
  shortNames: ["rel"],
  description:
    "An immutable snapshot of a project's rendered manifests at one commit, packaged as an OCI image.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    {
      name: "Repository",
      type: "string",
      jsonPath: ".spec.repository",
      description: "Source repository.",
      priority: 1,
    },
    {
      name: "Project",
      type: "string",
      jsonPath: ".spec.project",
      description: "Project within the repository.",
    },
    {
      name: "Number",
      type: "integer",
      jsonPath: ".status.number",
      description: "Number within the project.",
    },
    {
      name: "Version",
      type: "string",
      jsonPath: ".spec.version",
      description: "Semantic version.",
    },
    {
      name: "Trigger",
      type: "string",
      jsonPath: ".spec.trigger.type",
      description: "What caused it.",
    },
    ...readyColumns,
    {
      name: "Commit",
      type: "string",
      jsonPath: ".spec.commit",
      description: "Commit that was released.",
      priority: 1,
    },
    {
      name: "Digest",
      type: "string",
      jsonPath: ".status.image.digest",
      description: "Digest of the release image.",
      priority: 1,
    },
    ageColumn,
  ],
  selectableFields: [".spec.repository", ".spec.project", ".spec.commit"],
});
