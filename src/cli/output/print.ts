import type { Session } from "../session.ts";
import { type Column, tableText } from "./table.ts";

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** Prints objects as a list, in the format that was asked for. */
export async function printList<T extends Named, Row = T>(
  session: Session,
  items: readonly T[],
  table: { readonly columns: readonly Column<Row>[]; readonly rows?: readonly Row[]; none: string },
): Promise<void> {
  const { output } = session.options;
  if (output === "table" || output === "wide") {
    const rows = table.rows ?? (items as readonly unknown[] as readonly Row[]);
    if (rows.length === 0) session.terminal.stderr.write(`${table.none}\n`);
    else session.terminal.stdout.write(tableText(table.columns, rows, { wide: output === "wide" }));
    return;
  }
  if (output === "name") return printNames(session, items);
  await printData(session, { apiVersion: "v1", kind: "List", items: items.map(trimmed) });
}

/** Prints one object: the text for people, or the object itself. */
export async function printObject(
  session: Session,
  object: Named,
  text: () => string,
): Promise<void> {
  const { output } = session.options;
  if (output === "table" || output === "wide") session.terminal.stdout.write(text());
  else if (output === "name") printNames(session, [object]);
  else await printData(session, trimmed(object));
}

/** What is not an object of the API: text for people, or the value. */
export async function printValue(
  session: Session,
  value: object,
  text: () => string,
): Promise<void> {
  const { output } = session.options;
  if (output === "json" || output === "yaml") await printData(session, value);
  else session.terminal.stdout.write(text());
}

function printNames({ terminal }: Session, objects: readonly Named[]): void {
  for (const { kind, metadata } of objects) {
    terminal.stdout.write(`${kind.toLowerCase()}.forge.dev/${metadata.name}\n`);
  }
}

async function printData({ options, terminal }: Session, value: object): Promise<void> {
  if (options.output === "json") {
    terminal.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
    return;
  }
  const { dump } = await import("js-yaml");
  // Aliases for what is said twice would surprise a reader.
  terminal.stdout.write(dump(structuredClone(value), { noRefs: true, lineWidth: -1 }));
}

/** Without the server's book-keeping, as kubectl shows it. */
function trimmed<T extends Named>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T["metadata"] & {
    managedFields?: unknown;
  };
  return { ...object, metadata };
}
