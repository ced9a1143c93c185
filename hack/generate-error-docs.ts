// Writes docs/errors.md from the table of errors in src/api.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorKinds, type Retry } from "../src/api/index.ts";

function retryText(retry: Retry): string {
  if (typeof retry === "object") return `after ${retry.afterMs} ms`;
  return retry === "never" ? "no: something must change first" : "yes, with growing delays";
}

const rows = Object.entries(errorKinds).map(
  ([code, { retry, hint }]) => `| \`${code}\` | ${retryText(retry)} | ${hint} |`,
);
const text = `<!-- Generated from src/api/errors.ts by \`make generate\`. Do not edit. -->
# Errors

Each error has a code, which stands as the reason in conditions and events, says whether forge
tries again by itself, and what a person does next. A place that knows more says more.

| code | tried again | what to do |
|---|---|---|
${rows.join("\n")}
`;
writeFileSync(join(import.meta.dirname, "..", "docs", "errors.md"), text);
