/** What a pointer and the record of its deployments say in the same words. */
import { z } from "zod";
import { mapOf, text } from "./constraints.ts";
import { commitField, digestField, personField, reasonField, timeField } from "./fields.ts";
import { requestIdField } from "./request-origin.ts";

export const requestTypes = ["Deploy", "Promote", "Rollback"] as const;

export const requestSchema = z
  .object({
    type: z
      .enum(requestTypes)
      .default("Deploy")
      .describe("Deploy, Promote, or Rollback: a deployment of an older release."),
    by: personField.optional(),
    reason: reasonField.optional(),
    id: requestIdField.optional(),
    automatic: z
      .boolean()
      .optional()
      .describe("Set by forge alone: nobody asked, the environment's autoDeploy did."),
  })
  .describe("Who asks for this release, and why.");

export const releaseIdentitySchema = z.object({
  commit: commitField,
  number: z.int().min(1).max(2_147_483_647).describe("Number of the release."),
  version: text(0, 128).optional().describe("Version of the release."),
  digest: digestField,
});

export const generationsSchema = z
  .object({
    from: z.int().min(1).describe("The first generation of the pointer that it covers."),
    to: z.int().min(1).describe("The generation that was carried out."),
  })
  .describe(
    "The generations of the pointer that this deployment answers: quick edits in a row are one deployment, of the last of them.",
  );

const verdictSchema = z.object({
  rule: text(0, 64).describe("The rule, such as branches."),
  passed: z.boolean().describe("Whether the rule lets the release in."),
  reason: text(0, 64).describe("The verdict in one word for programs."),
  message: text(0, 1024).describe("The verdict in a sentence for people."),
  pattern: text(0, 256).optional().describe("The pattern that matched."),
  by: text(0, 254).optional().describe("Whose word it rests on."),
  until: timeField.optional().describe("When time alone may change the verdict (RFC 3339)."),
});

export const decisionSchema = z
  .object({
    allowed: z.boolean().describe("Whether every rule lets the release in."),
    rules: mapOf(verdictSchema, "rule", 32).describe("Every rule with its verdict."),
    changesAt: timeField
      .optional()
      .describe("When time alone may change the decision (RFC 3339); without it, never."),
  })
  .describe("What the environment's policy says of the release.");

export type RequestType = (typeof requestTypes)[number];
export type Verdict = z.output<typeof verdictSchema>;
