/** /docs: the routes as a page, made from the same table as the document. No script, no CDN. */
import { type Route, rightsOf } from "../http/route.ts";

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code { font: 0.9em ui-monospace, monospace; }
section { border-top: 1px solid color-mix(in srgb, currentcolor 20%, transparent); padding: 0.5rem 0; }
h2 { font-size: 1rem; margin: 0.5rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; margin: 0.5rem 0; }
dt { font-weight: 600; } dd { margin: 0; }
`;

export function referencePage(routes: readonly Route[], nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>forge: REST API</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<h1>forge: REST API</h1>
<p>The whole of it, for programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).
Send a token that the cluster's API server accepts: <code>authorization: Bearer &lt;token&gt;</code>.</p>
${routes.map(sectionOf).join("\n")}
</body>
</html>
`;
}

function sectionOf(route: Route): string {
  const { method, path, summary, description, needs, answers, problems, query, body } = route;
  const rows: [string, string][] = [
    ["Needs", needs ? rightsOf(needs).map(code).join(", ") : "a token"],
    ["Query", names(query)],
    ["Body", names(body)],
    [
      "Answers",
      Object.entries(answers)
        .map(([status, of]) => `${status}: ${escape(of.description)}`)
        .join("<br>"),
    ],
    ["Problems", [...problems].join(", ")],
  ];
  const shown = rows.filter(([, value]) => value !== "");
  return `<section id="${escape(route.operation)}">
<h2>${code(`${method} ${path}`)} ${escape(summary)}</h2>
${description === undefined ? "" : `<p>${escape(description)}</p>`}
<dl>${shown.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join("")}</dl>
</section>`;
}

function names(schema: Route["query"]): string {
  return Object.keys(schema?.shape ?? {})
    .map(code)
    .join(", ");
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
