import { z } from "zod";
import { text, withRules } from "./constraints.ts";
import { branchField, personField, tagField, timeField } from "./fields.ts";

export const triggerTypes = ["BranchPush", "Tag", "Manual"] as const;

const fields = {
  type: z
    .enum(triggerTypes)
    .describe("BranchPush, Tag, or Manual when a person or a pipeline asked for it by hand."),
  branch: branchField.optional(),
  tag: tagField.optional(),
  actor: personField.optional(),
  time: timeField.optional().describe("When it happened (RFC 3339)."),
};

export const triggerSchema = withRules(z.object(fields).describe("What caused the release."), [
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
]);

/** A trigger, and how far its branch and tag are known to be those of the commit. */
export const claimSchema = z
  .object({
    ...fields,
    verification: text(1, 64)
      .optional()
      .describe(
        "Verified, or why branch and tag cannot be verified, such as NotChecked; absent in what an older version recorded.",
      ),
  })
  .describe("What caused the release, and whether forge verified it.");

export type TriggerType = (typeof triggerTypes)[number];
export type Trigger = z.output<typeof triggerSchema>;
export type Claim = z.output<typeof claimSchema>;
