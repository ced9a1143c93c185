import { z } from "zod";
import { conditionsField, observedGenerationField, unseen } from "./condition.ts";
import { setOf, text, transitions } from "./constraints.ts";
import { gitUrlField, projectField, repositoryField, secretRefField } from "./fields.ts";
import { ageColumn, defineKind, type ForgeObject, readyColumns } from "./kind.ts";
import { releaseBlockSchema } from "./release-block.ts";

const specSchema = z
  .object({
    repository: repositoryField,
    name: projectField,
    tagStrategy: z
      .enum(["Monorepo", "TagAll"])
      .default("Monorepo")
      .describe(
        "Monorepo: the tag <project>/v1.2.3 belongs to this project alone. TagAll: every tag of the repository does.",
      ),
    branchAliases: z
      .boolean()
      .default(true)
      .describe("Whether a release of a branch gets the alias <branch>-<number>."),
    registry: text(1, 255)
      .optional()
      .describe("Registry and prefix for this project's images, instead of the controller's own."),
    release: releaseBlockSchema.prefault({}),
    artifacts: z
      .object({
        registries: setOf(text(1, 255), 16)
          .default([])
          .describe(
            "Registries, or prefixes in them, where artifacts are looked up, beside the project's own.",
          ),
        allowMissing: z
          .boolean()
          .default(false)
          .describe("Whether a release may name an artifact that its registry does not hold."),
        allowTags: z
          .boolean()
          .default(false)
          .describe("Whether a release may name an artifact for which no digest can be found."),
      })
      .prefault({})
      .describe("What a release may be made with."),
    objects: z
      .object({
        clusterScoped: setOf(text(1, 320), 64)
          .default([])
          .describe(
            "Kinds outside of namespaces that a release may hold, such as ClusterRole.rbac.authorization.k8s.io; * is every kind.",
          ),
        namespaces: setOf(text(1, 63), 64)
          .optional()
          .describe("Namespaces that an object may name. Without the list it may name any."),
      })
      .prefault({})
      .describe("What a release may hold."),
    source: z
      .object({
        url: gitUrlField.optional(),
        path: text(0, 1024).optional().describe("Folder of the project in its repository."),
        secretRef: secretRefField.optional(),
      })
      .optional()
      .describe("Where the project's source is kept."),
  })
  .meta({
    description: "A project and how it is released.",
    ...transitions({
      rule: "self.repository == oldSelf.repository && self.name == oldSelf.name",
      message: "repository and name are immutable: create another project",
    }),
  });

const statusSchema = z
  .object({
    observedGeneration: observedGenerationField,
    lastRelease: z
      .object({
        name: text(0, 253).describe("Name of the Release."),
        uid: text(0, 64).describe("UID of the Release."),
        number: z.int().min(1).describe("Number that it was given."),
      })
      .optional()
      .describe("The release that was numbered last: the project's counter."),
    registriesInUse: setOf(text(1, 255), 32)
      .optional()
      .describe(
        "Registries and prefixes that the project used when prefixes were bounded, beside the controller's own.",
      ),
    conditions: conditionsField,
  })
  .default(unseen)
  .describe("What forge knows of the project.");

export type ProjectSpec = z.output<typeof specSchema>;
export type ProjectStatus = z.output<typeof statusSchema>;
export type Project = ForgeObject<ProjectSpec, ProjectStatus>;

export const projectKind = defineKind({
  kind: "Project",
  plural: "projects",
  shortNames: ["proj"],
  description: "A project of a source repository, and how it is released.",
  spec: specSchema,
  status: statusSchema,
  columns: [
    {
      name: "Repository",
      type: "string",
      jsonPath: ".spec.repository",
      description: "Source repository.",
    },
    {
      name: "Project",
      type: "string",
      jsonPath: ".spec.name",
      description: "Name of the project.",
    },
    {
      name: "Last-Release",
      type: "integer",
      jsonPath: ".status.lastRelease.number",
      description: "Number that was given last.",
    },
    ...readyColumns,
    ageColumn,
  ],
  selectableFields: [".spec.repository", ".spec.name"],
});
