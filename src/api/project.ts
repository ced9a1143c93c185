import { z } from "zod";
import { conditionsField, observedGenerationField, unseen } from "./condition.ts";
import { text, transitions } from "./constraints.ts";
import { gitUrlField, projectField, repositoryField, secretRefField } from "./fields.ts";
import { ageColumn, defineKind, type ForgeObject, readyColumns } from "./kind.ts";

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
    release: z
      .object({
        enabled: z
          .boolean()
          .default(true)
          .describe("Whether git events release the project at all."),
        on: z
          .array(
            z
              .object({
                branch: text(0, 256)
                  .optional()
                  .describe("Branches that release, as an RE2 expression."),
                tag: z.boolean().optional().describe("Whether tags release."),
              })
              .describe("A git event that releases."),
          )
          .max(32)
          .default([])
          .meta({
            description: "Which git events release the project.",
            "x-kubernetes-list-type": "atomic",
          }),
      })
      .prefault({})
      .describe("When the project is released."),
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
