import { z } from "zod";
import { text, withRules } from "./constraints.ts";
import { ForgeError } from "./forge-error.ts";

const triggerRule = withRules(
  z
    .object({
      branch: text(1, 256)
        .optional()
        .describe("Branches that release: an RE2 expression that must match the whole name."),
      tag: z.boolean().optional().describe("Whether tags release."),
    })
    .describe("A git event that releases: branch, or tag."),
  [
    {
      rule: "has(self.branch) != has(self.tag)",
      holds: ({ branch, tag }) => (branch === undefined) !== (tag === undefined),
      message: "exactly one of branch and tag must be set",
    },
  ],
);

/** When a project is released: of a Project, and of the file `release` in a project in CUE. */
export const releaseBlockSchema = z
  .object({
    enabled: z.boolean().default(true).describe("Whether git events release the project at all."),
    on: z.array(triggerRule).max(32).default([]).meta({
      description: "Which git events release the project.",
      "x-kubernetes-list-type": "atomic",
    }),
  })
  .describe("When the project is released.");

export type ReleaseBlock = z.output<typeof releaseBlockSchema>;

/**
 * The block as it stands in a project's own file, where a field that nobody knows is a mistake.
 * @throws ForgeError SourceInvalid
 */
export function parseReleaseBlock(value: unknown): ReleaseBlock {
  const parsed = releaseBlockSchema.strict().safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = ["release", ...(issue?.path ?? [])].join(".");
  throw new ForgeError("SourceInvalid", `${field}: ${issue?.message ?? "invalid"}`);
}
