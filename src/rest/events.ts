import { z } from "zod";
import { namespaceField } from "./paging.ts";

export const eventQuery = z.strictObject({
  namespace: namespaceField,
  since: z
    .string()
    .max(64)
    .regex(/^[0-9a-z]+-[0-9a-f]+$/)
    .optional()
    .describe("id of the last event that was seen; the header Last-Event-ID says the same."),
});

/** The data of one server-sent event. */
export const changeEvent = z
  .object({
    type: z.enum(["Added", "Updated", "Deleted"]),
    kind: z.string(),
    namespace: z.string(),
    name: z.string(),
    resourceVersion: z.string(),
    repository: z.string().optional(),
    project: z.string().optional(),
    environment: z.string().optional(),
    state: z.string().optional().describe("Reason of the condition Ready."),
  })
  .meta({ id: "ChangeEvent" });

export type ChangeEvent = z.output<typeof changeEvent>;
