import type { Route } from "../http/route.ts";

/** Which right each route needs, as rows of Markdown. */
export function rightsTable(routes: readonly Route[]): string {
  const rows = routes.map(({ method, path, needs, summary }) => {
    const rights =
      needs === undefined ? ["a token"] : [`list ${needs.reads}`, ...(needs.writes ?? [])];
    return `| \`${method} ${path}\` | ${summary} | ${rights.join("; ").replaceAll("|", "\\|")} |`;
  });
  return ["| route | what it does | needs |", "|---|---|---|", ...rows].join("\n");
}
