import { z } from "zod";
import { dryRunField } from "./deployments.ts";
import { namespaceField, namespaceName, oneQuery, pageQuery } from "./paging.ts";

/** Selectable fields of a kind, as `kubectl get --field-selector` takes them. */
export const objectQuery = pageQuery.extend({
  where: z
    .string()
    .max(1_024)
    .regex(/^[A-Za-z.]+=[^,=]+(,[A-Za-z.]+=[^,=]+)*$/)
    .optional()
    .describe("Fields and their values, such as spec.environment=production,spec.project=auth."),
});

/** Objects are named within their namespace. */
export const storedQuery = oneQuery.extend({ namespace: namespaceName });

const name = z.string().min(1).max(253);

/** An object that is about to be created: the API server adds the rest. */
export function draftOf(kind: string, spec: z.ZodType) {
  return z
    .strictObject({
      namespace: namespaceName,
      metadata: z.strictObject({ name }),
      spec,
      dryRun: dryRunField,
    })
    .meta({ id: `${kind}Draft` });
}

/** An object as it shall be, over the resource version that was read. */
export function replacementOf(kind: string, spec: z.ZodType) {
  return z
    .strictObject({
      namespace: namespaceName,
      metadata: z
        .strictObject({
          resourceVersion: z.string().min(1).max(64).describe("That of the object as it was read."),
          labels: z.record(z.string(), z.string()).optional(),
          annotations: z.record(z.string(), z.string()).optional(),
        })
        .describe("Labels and annotations are replaced as a whole; they stay where absent."),
      spec,
      dryRun: dryRunField,
    })
    .meta({ id: `${kind}Replacement` });
}

export const rightQuery = z.strictObject({
  namespace: namespaceField,
  verb: z.string().min(1).max(63).describe("Such as create, or deploy."),
  resource: z.string().min(1).max(63).describe("Plural, such as environments."),
  name: name.optional().describe("Of one object alone."),
});

export const rightAnswer = z.object({ allowed: z.boolean() }).meta({ id: "Right" });
