import { z } from "zod";

const maximumLimit = 200;

/** A number as it stands in a query. */
export const count = (minimum: number, maximum: number) =>
  z.coerce.number().int().min(minimum).max(maximum).meta({ type: "integer" });

export const limitField = count(1, maximumLimit)
  .default(50)
  .describe("How many items a page has at most.");
export const cursorField = z
  .string()
  .min(1)
  .max(1024)
  .optional()
  .describe("nextCursor of the page before; the other parameters must be the same.");
export const fieldsField = z
  .string()
  .max(1024)
  .regex(/^[A-Za-z][A-Za-z0-9.]*(,[A-Za-z][A-Za-z0-9.]*)*$/)
  .optional()
  .describe(
    "Fields to answer with, such as metadata.name,status.number: of each item, where there are items. The answer is then of type application/vnd.forge.partial+json.",
  );
/** The tenant, where nothing else tells it. */
export const namespaceName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
  .describe("The tenant.");
export const namespaceField = namespaceName
  .optional()
  .describe(
    "The tenant; where it is not said, what is named is looked for in all that you may read.",
  );

export const oneQuery = z.strictObject({ namespace: namespaceField, fields: fieldsField });
export const pageQuery = z.strictObject({
  namespace: namespaceField,
  fields: fieldsField,
  limit: limitField,
  cursor: cursorField,
});

export const nextCursor = z.string().optional().describe("Of the next page; absent on the last.");

/** One page of a list. */
export function pageOf<Item extends z.ZodType>(id: string, item: Item) {
  return z.object({ kind: z.literal("List"), items: z.array(item), nextCursor }).meta({ id });
}

export const partialMediaType = "application/vnd.forge.partial+json";
