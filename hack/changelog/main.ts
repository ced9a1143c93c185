// Makes the next version from the files in .changeset: `make changelog`.
//   node hack/changelog/main.ts [--dry-run] [--version 1.2.3]
// It writes their entries to CHANGELOG.md, sets the version wherever it stands, and removes them. It
// commits nothing. With --dry-run it prints the section and changes nothing.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readChangesets } from "./changeset.ts";
import { nextVersion, sectionOf, withSection } from "./section.ts";
import { versionPlaces, withVersion } from "./version-places.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { values } = parseArgs({
  options: { "dry-run": { type: "boolean", default: false }, version: { type: "string" } },
});

const changesets = readChangesets(root);
const changes = changesets.map(({ change }) => change);
if (changes.length === 0) {
  console.log("changelog: .changeset holds no change, so there is no next version");
  process.exit(0);
}

const { version: old } = JSON.parse(read("package.json")) as { version: string };
const next = values.version ?? nextVersion(old, changes);
const section = sectionOf(next, new Date().toISOString().slice(0, 10), changes);
if (values["dry-run"]) {
  console.log(section);
  process.exit(0);
}

for (const place of versionPlaces) {
  const content = read(place.path);
  writeFileSync(join(root, place.path), withVersion(place, content, old, next));
}
writeFileSync(join(root, "CHANGELOG.md"), withSection(read("CHANGELOG.md"), section));
for (const { path } of changesets) rmSync(join(root, path));
console.log(`changelog: ${old} becomes ${next}: review and commit CHANGELOG.md with the rest`);
