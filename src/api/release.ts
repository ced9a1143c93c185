import { z } from "zod";
import { conditionsField, observedGenerationField, unseen } from "./condition.ts";
import { mapOf, text, transitions, withRules } from "./constraints.ts";
import {
  commitField,
  digestField,
  gitUrlField,
  projectField,
  repositoryField,
  secretRefField,
  timeField,
} from "./fields.ts";
import { ageColumn, defineKind, type ForgeObject, readyColumns } from "./kind.ts";
import { claimSchema, triggerSchema } from "./trigger.ts";

export const artifactSchema = z
  .object({
    name: text(1, 128).describe("Name by which manifests refer to it."),
    type: text(1, 64).describe("What it is, such as container-image, binary or helm-chart."),
    uri: text(1, 1024).describe("Where it is, without its digest."),
    digest: digestField.optional(),
    trackingUri: text(0, 1024)
      .optional()
      .describe("Where the pipeline keeps its record of the artifact."),
    fields: z
      .record(z.string(), text(0, 1024))
      .refine((fields) => Object.keys(fields).length <= 16, { message: "has over 16 fields" })
      .optional()
      .meta({
        description: 'Further fields that manifests may refer to: @artifact("<name>.<field>").',
        maxProperties: 16,
      }),
  })
  .describe("Something built from the commit.");

const sourceSchema = withRules(
  z
    .object({
      git: z
        .object({
          url: gitUrlField,
          path: text(0, 1024)
            .default("")
            .describe(
              "Folder of the project in the repository, with a CUE package or YAML manifests; empty means its root.",
            ),
          secretRef: secretRefField.optional(),
        })
        .optional()
        .describe("A folder of the repository at spec.commit."),
      manifests: text(1, 1_000_000)
        .optional()
        .describe("Kubernetes objects as YAML, documents separated by ---."),
      oci: z
        .object({
          ref: text(1, 1024).describe("Reference of the snapshot: <registry>/<name>@<digest>."),
        })
        .optional()
        .describe("A snapshot that was published already."),
    })
    .describe("Where the manifests come from: exactly one of git, manifests and oci."),
  [
    {
      rule: "(has(self.git) ? 1 : 0) + (has(self.manifests) ? 1 : 0) + (has(self.oci) ? 1 : 0) == 1",
      holds: ({ git, manifests, oci }) =>
        [git, manifests, oci].filter((source) => source !== undefined).length === 1,
      message: "exactly one of git, manifests and oci must be set",
    },
  ],
);

const specSchema = z
  .object({
    repository: repositoryField,
    project: projectField,
    commit: commitField,
    version: text(0, 128)
      .regex(/^v?(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)([-+][0-9A-Za-z.+-]*)?$/)
      .optional()
      .describe("Semantic version, such as 1.2.3 or v1.2.3."),
    notes: text(0, 5000).optional().describe("Release notes in Markdown."),
    trigger: triggerSchema,
    artifacts: mapOf(artifactSchema, "name", 256)
      .default([])
      .describe("What was built from the commit."),
    source: sourceSchema,
  })
  .meta({
    description: "What is released. It cannot be changed afterwards.",
    ...transitions({
      rule: "self == oldSelf",
      message: "a release is immutable: create another one",
    }),
  });

export const aliasSchema = z.object({
  type: z.enum(["Tag", "Branch", "Custom"]).describe("Where the alias comes from."),
  value: text(1, 256).describe("The alias itself, such as v1.2.3 or main-42."),
});

const statusSchema = z
  .object({
    observedGeneration: observedGenerationField,
    number: z
      .int()
      .min(1)
      .optional()
      .describe("The release's number within its project: 1, 2, 3, never reused."),
    triggers: z.array(claimSchema).max(64).optional().meta({
      description:
        "All that caused this release: its own trigger and those of the Releases that joined it, each once it was verified, or marked as one that cannot be.",
      "x-kubernetes-list-type": "atomic",
    }),
    aliases: z.array(aliasSchema).max(128).optional().meta({
      description: "Names by which the release is found, besides its number and commit.",
      "x-kubernetes-list-type": "atomic",
    }),
    joined: text(0, 253)
      .optional()
      .describe("Name of the earlier Release of the same commit and content that this one joined."),
    conflictsWith: text(0, 253)
      .optional()
      .describe("Name of the Release that holds the same commit with other content."),
    replacedBy: text(0, 253)
      .optional()
      .describe("Name of the Release that took the place of this failed one."),
    image: z
      .object({
        ref: text(0, 1024).describe("Reference of the release image by tag."),
        digest: digestField,
        size: z.int().min(0).describe("Size of all its parts in bytes."),
        resourcesDigest: digestField.describe("Digest of the uncompressed tar of the manifests."),
        metadataDigest: digestField.describe("Digest of the metadata layer."),
      })
      .optional()
      .describe("The release image in the registry."),
    commitTime: timeField
      .optional()
      .describe("When the commit was made, as its source tells; lead times begin there."),
    resources: z
      .record(text(0, 63), z.int().min(0))
      .optional()
      .meta({ description: "Number of objects by kind.", maxProperties: 256 }),
    unexplainedImages: z.array(text(1, 512)).max(32).optional().meta({
      description:
        "Container images in the manifests that none of the artifacts explains: the first of them.",
      "x-kubernetes-list-type": "atomic",
    }),
    retry: text(0, 63)
      .optional()
      .describe("The annotation forge.dev/retry that was followed last."),
    warnings: z.array(text(1, 512)).max(16).optional().meta({
      description: "What should be looked at, and keeps nothing from being released.",
      "x-kubernetes-list-type": "atomic",
    }),
    conditions: conditionsField,
  })
  .default(unseen)
  .describe("What forge made of the release.");

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
  selectableFields: [".spec.repository", ".spec.project", ".spec.commit", ".status.number"],
});
