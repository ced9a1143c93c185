import { z } from "zod";

/** What every refusal and failure is told as: RFC 9457, with members of forge's own. */
export const problem = z
  .object({
    type: z.string().describe("urn:forge:error:<reason>."),
    title: z.string().describe("The status in words."),
    status: z.int(),
    detail: z.string().describe("What is wrong, naming the field or the object."),
    reason: z.string().describe("The cause in one word for programs; docs/errors.md lists them."),
    hint: z.string().describe("What a person does next."),
    requestId: z.string().describe("Names this request in the server's log."),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .describe("Every field of the request that is wrong."),
    rules: z
      .array(z.object({ rule: z.string(), reason: z.string(), message: z.string() }))
      .optional()
      .describe("The rules of the environment that refuse."),
  })
  .meta({ id: "Problem" });

export type Problem = z.output<typeof problem>;
export const problemMediaType = "application/problem+json";
