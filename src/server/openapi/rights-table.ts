import { type Route, rightsOf } from "../http/route.ts";

/** Which right each route needs, as a table of Markdown with aligned columns. */
export function rightsTable(routes: readonly Route[]): string {
  const rows = routes.map(({ method, path, needs, summary }) => {
    const rights = needs === undefined ? ["a token"] : rightsOf(needs);
    return [`\`${method} ${path}\``, summary, rights.join("; ")];
  });
  const table = [["route", "what it does", "needs"], ...rows];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = table;
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...body].map(lineOf).join("\n");
}
