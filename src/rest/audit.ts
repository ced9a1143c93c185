import { z } from "zod";
import { count, fieldsField, limitField, namespaceField, nextCursor } from "./paging.ts";

const kinds = ["Release", "Deployment", "Approval", "Decision", "Action", "Ledger"] as const;

const filterFields = {
  namespace: namespaceField,
  kind: z.enum(kinds).optional(),
  repository: z.string().max(180).optional(),
  project: z.string().max(63).optional(),
  environment: z.string().max(63).optional(),
  actor: z.string().max(256).optional(),
  since: z.iso.datetime({ offset: true }).optional().describe("Happened then or later."),
  before: z.iso.datetime({ offset: true }).optional().describe("Happened before then."),
};

export const auditQuery = z.strictObject({
  ...filterFields,
  order: z.enum(["newest", "oldest"]).default("newest"),
  limit: limitField,
  cursor: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,14})$/)
    .optional()
    .describe("nextCursor of the page before; the other parameters must be the same."),
  fields: fieldsField,
});

export const exportQuery = z.strictObject({
  ...filterFields,
  after: count(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe("Entries behind this sequence alone: that of the last whole line that was read."),
});

/** JSON lines: an entry a line, as its hash was made of it. */
export const exportMediaType = "application/jsonl";

export const auditPage = z
  .object({
    kind: z.literal("List"),
    items: z.array(
      z
        .object({
          sequence: z.int(),
          key: z.string(),
          kind: z.enum(kinds),
          event: z.string(),
          time: z.string(),
          recordedAt: z.string(),
          namespace: z.string(),
          repository: z.string().optional(),
          project: z.string().optional(),
          environment: z.string().optional(),
          actor: z.string().optional(),
          subject: z.string(),
          details: z.record(z.string(), z.unknown()),
          previous: z.string().describe("Hash of the entry before."),
          hash: z.string(),
        })
        .meta({ id: "AuditEntry" }),
    ),
    nextCursor,
  })
  .meta({ id: "AuditPage" });

export const verificationQuery = z.strictObject({
  anchor: z
    .string()
    .regex(/^[0-9]{1,15}:[0-9a-f]{64}$/)
    .optional()
    .describe("A head that was kept elsewhere, as <sequence>:<hash>: the chain must contain it."),
});

export const verification = z
  .object({
    entries: z.int().describe("How many were read."),
    head: z
      .object({ sequence: z.int(), hash: z.string() })
      .describe("The end of the chain: keep it elsewhere, and verify against it later."),
    damage: z
      .object({ kind: z.string(), sequence: z.int(), message: z.string() })
      .optional()
      .describe("The first thing that is wrong; absent when what is there is whole."),
    unproven: z
      .object({ sequence: z.int(), message: z.string() })
      .optional()
      .describe(
        "The anchor proves nothing, since its entry was removed; absent where it is found.",
      ),
  })
  .meta({ id: "Verification" });
