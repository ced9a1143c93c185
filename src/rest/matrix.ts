import { z } from "zod";
import { identity } from "./deployments.ts";
import { nextCursor, pageQuery } from "./paging.ts";

export const cellStates = ["Ready", "Progressing", "Pending", "Refused", "Failed"] as const;

const cell = z
  .object({
    environment: z.string(),
    state: z
      .enum(cellStates)
      .describe(
        "Ready: committed as asked. Pending: waits for approval or time. Refused: a rule says no.",
      ),
    reason: z.string().optional(),
    message: z.string().optional(),
    asked: z.string().describe("The release that the pointer asks for."),
    deployed: identity.optional(),
    since: z.string().optional().describe("When the commit of what is deployed was pushed."),
    by: z.string().optional().describe("Who asked for what is deployed."),
    behind: z.int().optional().describe("How many releases are newer than what is deployed."),
    health: z.string().optional(),
    sync: z.string().optional(),
    marks: z.array(z.enum(["Held", "Locked", "Suspended"])),
  })
  .meta({ id: "MatrixCell" });

export const matrix = z
  .object({
    environments: z
      .array(
        z.object({
          namespace: z.string(),
          name: z.string(),
          order: z.int(),
          locked: z.boolean(),
        }),
      )
      .describe("The columns, in their order."),
    summary: z
      .object({
        projects: z.int(),
        places: z.int(),
        states: z.record(z.enum(cellStates), z.int()),
      })
      .describe("Of all that the filter lets through, not of this page alone."),
    items: z.array(
      z
        .object({
          namespace: z.string(),
          repository: z.string(),
          project: z.string(),
          latest: z.int().optional().describe("Number of the newest release."),
          cells: z.array(cell),
        })
        .meta({ id: "MatrixRow" }),
    ),
    nextCursor,
  })
  .meta({ id: "Matrix" });

export const matrixQuery = pageQuery.extend({
  search: z.string().min(1).max(128).optional().describe("A part of <repository>/<project>."),
  environment: z.string().min(1).max(63).optional().describe("This column alone."),
  state: z.enum(cellStates).optional().describe("Projects that are so somewhere."),
});

export type Matrix = z.output<typeof matrix>;
export type MatrixRow = Matrix["items"][number];
export type MatrixCell = MatrixRow["cells"][number];
export type CellState = MatrixCell["state"];
