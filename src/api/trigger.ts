import { z } from "zod";
import { withRules } from "./constraints.ts";
import { branchField, personField, tagField, timeField } from "./fields.ts";

export const triggerTypes = ["BranchPush", "Tag", "Manual"] as const;

export const triggerSchema = withRules(
  z
    .object({
      type: z
        .enum(triggerTypes)
        .describe("BranchPush, Tag, or Manual when a person or a pipeline asked for it by hand."),
      branch: branchField.optional(),
      tag: tagField.optional(),
      actor: personField.optional(),
      time: timeField.optional().describe("When it happened (RFC 3339)."),
    })
    .describe("What caused the release."),
  [
    {
      rule: "self.type != 'BranchPush' || has(self.branch)",
      holds: ({ type, branch }) => type !== "BranchPush" || branch !== undefined,
      message: "a BranchPush trigger needs branch",
      fieldPath: ".branch",
    },
    {
      rule: "self.type != 'Tag' || has(self.tag)",
      holds: ({ type, tag }) => type !== "Tag" || tag !== undefined,
      message: "a Tag trigger needs tag",
      fieldPath: ".tag",
    },
  ],
);

export type TriggerType = (typeof triggerTypes)[number];
export type Trigger = z.output<typeof triggerSchema>;
