import { z } from "zod";
import { namespaceName } from "./paging.ts";

/** The part of events.k8s.io/v1 Event that is told. */
const told = z
  .object({
    apiVersion: z.string(),
    kind: z.string(),
    metadata: z.object({ name: z.string(), creationTimestamp: z.string().optional() }),
    eventTime: z.string().nullish(),
    type: z.string().optional(),
    reason: z.string().optional(),
    action: z.string().optional(),
    note: z.string().optional(),
    regarding: z
      .object({
        apiVersion: z.string().optional(),
        kind: z.string().optional(),
        name: z.string().optional(),
      })
      .optional(),
  })
  .meta({ id: "KubernetesEvent", description: "What a controller told of an object." });

export const toldQuery = z.strictObject({ namespace: namespaceName });
export const toldList = z
  .object({ kind: z.literal("List"), items: z.array(told) })
  .meta({ id: "KubernetesEventList" });
