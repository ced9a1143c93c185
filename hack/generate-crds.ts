// Writes crds/*.yaml from the schemas, policies and roles in src/api.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dump } from "js-yaml";
import {
  clusterRoles,
  customResourceDefinition,
  identityPolicies,
  kinds,
  stampingPolicies,
  verbPolicies,
} from "../src/api/index.ts";

const folder = join(import.meta.dirname, "..", "crds");

function write(name: string, objects: readonly object[]): void {
  const file = join(folder, `${name}.yaml`);
  const documents = objects.map((object) => dump(object, { noRefs: true, lineWidth: 100 }));
  writeFileSync(
    file,
    `# Generated from src/api by \`make generate\`. Do not edit.\n${documents.join("---\n")}`,
  );
  console.log(file);
}

mkdirSync(folder, { recursive: true });
for (const kind of kinds) {
  write(`${kind.group}_${kind.plural}`, [customResourceDefinition(kind)]);
}
write("admission-validating", [...verbPolicies, ...identityPolicies]);
write("admission-mutating", stampingPolicies);
write("roles", clusterRoles);
