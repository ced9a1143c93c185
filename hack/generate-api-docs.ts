// Writes the table of routes and rights into docs/api.md, from the routes of src/server.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describedRoutes, rightsTable } from "../src/server/index.ts";

const file = join(import.meta.dirname, "..", "docs", "api.md");
const begin = "<!-- Routes: generated from src/server/routes by `make generate`. -->";
const end = "<!-- End of the routes. -->";

const text = readFileSync(file, "utf8");
const [before, rest] = text.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined) throw new Error(`${file} has no place for routes`);
writeFileSync(file, `${before}${begin}\n\n${rightsTable(describedRoutes())}\n\n${end}${after}`);
