/** audit list and verify: what the ledger holds, and whether it is whole. */
import { ForgeError, projectPath } from "../../api/index.ts";
import { ageText } from "../output/age.ts";
import { printValue } from "../output/print.ts";
import { type Column, tableText } from "../output/table.ts";
import type { AuditEntry, AuditFilter, AuditSelection } from "../ports.ts";
import type { Call, Session } from "../session.ts";

interface ListOptions extends Omit<AuditFilter, "limit" | "since"> {
  readonly limit: number;
  /** Milliseconds. */
  readonly since?: number;
}

export async function auditList(session: Session, call: Call<ListOptions>): Promise<void> {
  const { backend, terminal, options } = session;
  const now = terminal.now();
  const { limit } = call.options;
  const entries = await backend.audit({ ...selectionOf(session, call.options), limit });
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

interface ExportOptions extends Omit<ListOptions, "limit"> {
  readonly after: number;
  readonly allNamespaces?: true;
}

/** JSON lines, whatever --output says: they are what the hashes were made of. */
export async function auditExport(session: Session, call: Call<ExportOptions>): Promise<void> {
  const { stdout } = session.terminal;
  const { after, allNamespaces = false } = call.options;
  const selection = selectionOf(session, call.options);
  for await (const line of session.backend.exportAudit({ ...selection, after, allNamespaces })) {
    if (stdout.write(`${line}\n`) !== false) continue;
    await new Promise<void>((resolve) => stdout.once?.("drain", resolve) ?? resolve());
  }
}

function selectionOf({ terminal }: Session, options: Omit<ListOptions, "limit">): AuditSelection {
  const { since, kind, repository, project, environment, actor } = options;
  const given = Object.entries({ kind, repository, project, environment, actor }).filter(
    ([, text]) => text !== undefined,
  );
  const from = since === undefined ? {} : { since: momentBefore(terminal.now(), since) };
  return { ...Object.fromEntries(given), ...from };
}

const momentBefore = (now: Date, ms: number) => new Date(now.getTime() - ms).toISOString();

function pathOf({ repository, project }: AuditEntry): string | undefined {
  return repository && project ? projectPath(repository, project) : undefined;
}

export async function auditVerify(
  session: Session,
  call: Call<{ readonly anchor?: string }>,
): Promise<void> {
  const found = await session.backend.verifyAudit(call.options.anchor);
  const { entries, head, damage, unproven } = found;
  const at = `${head.sequence}:${head.hash}`;
  await printValue(session, found, () =>
    damage === undefined ? `${entries} entries fit together, up to ${at}\n` : "",
  );
  if (damage !== undefined) {
    throw new ForgeError("LedgerDamaged", `entry ${damage.sequence}: ${damage.message}`);
  }
  if (unproven !== undefined) throw new ForgeError("LedgerUnproven", unproven.message);
}
