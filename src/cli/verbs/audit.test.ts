import { expect, test } from "vitest";
import type { AuditVerification } from "../ports.ts";
import { auditVerify } from "./audit.ts";

const head = { sequence: 9, hash: "a".repeat(64) };
const at = { sequence: 3, message: "what happened to it" };

test.each<{
  readonly because: string;
  readonly found: Partial<AuditVerification>;
  readonly code: string | undefined;
}>([
  { because: "the chain contains the anchor", found: {}, code: undefined },
  {
    because: "something is wrong",
    found: { damage: { kind: "Edited", ...at } },
    code: "LedgerDamaged",
  },
  { because: "the anchor's entry was removed", found: { unproven: at }, code: "LedgerUnproven" },
])("audit verify ends with $code when $because", async ({ found, code }) => {
  const verifyAudit = async () => ({ entries: 2, head, ...found });
  const session = {
    ...{ backend: { verifyAudit }, options: {} },
    terminal: { stdout: { write: () => true } },
  };
  const call = { options: { anchor: `3:${head.hash}` } };
  const ended = await auditVerify(session as never, call as never).catch((error: unknown) => error);
  expect((ended as { readonly code?: string } | undefined)?.code).toBe(code);
});
