import { plainText } from "./plain-text.ts";

export interface Column<T> {
  readonly name: string;
  readonly value: (item: T) => string | number | undefined;
  /** Shown with -o wide alone. */
  readonly wide?: boolean;
}

/** Lines of columns, the names above them; without items nothing. */
export function tableText<T>(
  columns: readonly Column<T>[],
  items: readonly T[],
  { wide }: { readonly wide: boolean },
): string {
  const shown = columns.filter((column) => wide || column.wide !== true);
  const lines = [
    shown.map(({ name }) => name),
    ...items.map((item) => shown.map(({ value }) => plainText(String(value(item) ?? "")) || "-")),
  ];
  const widths = shown.map((_, index) =>
    Math.max(...lines.map((line) => line[index]?.length ?? 0)),
  );
  return lines
    .map((line) => line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("   "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** One field a line, for a single object. */
export function fieldsText(fields: readonly (readonly [string, string | undefined])[]): string {
  const said = fields.filter((field): field is [string, string] => Boolean(field[1]));
  const width = Math.max(0, ...said.map(([name]) => name.length));
  return said
    .map(([name, value]) => `${`${name}:`.padEnd(width + 3)}${plainText(value)}\n`)
    .join("");
}
