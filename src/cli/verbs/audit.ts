/** audit list and verify: what the ledger holds, and whether it is whole. */
import { ForgeError, projectPath } from "../../api/index.ts";
import { ageText } from "../output/age.ts";
import { printValue } from "../output/print.ts";
import { type Column, tableText } from "../output/table.ts";
import type { AuditEntry, AuditFilter } from "../ports.ts";
import type { Call, Session } from "../session.ts";

interface ListOptions extends Omit<AuditFilter, "limit" | "since"> {
  readonly limit: number;
  /** Milliseconds. */
  readonly since?: number;
}

export async function auditList(session: Session, call: Call<ListOptions>): Promise<void> {
  const { backend, terminal, options } = session;
  const now = terminal.now();
  const { since, limit, kind, repository, project, environment, actor } = call.options;
  const filter = { kind, repository, project, environment, actor };
  const given = Object.fromEntries(Object.entries(filter).filter(([, text]) => text !== undefined));
  const from = since === undefined ? {} : { since: new Date(now.getTime() - since).toISOString() };
  const entries = await backend.audit({ ...given, ...from, limit });
  const columns: readonly Column<AuditEntry>[] = [
    { name: "SEQUENCE", value: ({ sequence }) => sequence },
    { name: "AGE", value: ({ time }) => ageText(time, now) },
    { name: "WHAT", value: ({ kind: of, event }) => `${of} ${event}` },
    { name: "BY", value: (entry) => entry.actor },
    { name: "ENVIRONMENT", value: (entry) => entry.environment },
    { name: "PROJECT", value: (entry) => entry.project },
    { name: "SUBJECT", wide: true, value: ({ subject }) => subject },
    { name: "PATH", wide: true, value: pathOf },
  ];
  await printValue(session, { kind: "List", items: entries }, () =>
    entries.length === 0
      ? `The ledger holds nothing like that in namespace ${backend.namespace}.\n`
      : tableText(columns, entries, { wide: options.output === "wide" }),
  );
}

function pathOf({ repository, project }: AuditEntry): string | undefined {
  return repository && project ? projectPath(repository, project) : undefined;
}

export async function auditVerify(
  session: Session,
  call: Call<{ readonly anchor?: string }>,
): Promise<void> {
  const found = await session.backend.verifyAudit(call.options.anchor);
  const { entries, head, damage } = found;
  const at = `${head.sequence}:${head.hash}`;
  await printValue(session, found, () =>
    damage === undefined ? `${entries} entries fit together, up to ${at}\n` : "",
  );
  if (damage === undefined) return;
  throw new ForgeError("LedgerDamaged", `entry ${damage.sequence}: ${damage.message}`);
}
