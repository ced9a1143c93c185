import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { conditionTypes, deploymentOutcomes, kinds } from "../../src/api/index.ts";
import type { RecordedObject } from "./recording.ts";
import { fieldsOfObject, fieldsOfSchema, readSchemas } from "./schema-fields.ts";

const root = join(import.meta.dirname, "..", "..");
const fixture = join(root, "test", "system", "upgrade", "previous-version");
const text = readFileSync(join(fixture, "objects.json"), "utf8");
const objects = JSON.parse(text) as readonly RecordedObject[];
const schemas = readSchemas(join(fixture, "crds"));
const of = (kind: string) => objects.filter((object) => object.kind === kind);

/**
 * Additions since the recording: kinds, `<kind> <condition>`, and words of src/reconcilers. It is
 * emptied when the next version is recorded.
 */
const since = {
  kinds: [] as readonly string[],
  conditions: ["Environment PoliciesEnforced", "Project RegistryAllowed"] as readonly string[],
  words: [
    ...["AliasDropped", "AwaitingNames", "Custom"],
    ...["Enforced", "PoliciesEnforced", "PoliciesNotEnforced", "PoliciesUnreadable"],
    ...["AwaitingProject", "InUseBefore", "RegistryAllowed", "RegistryNotAllowed"],
    ...["RegistryTaken", "WithinPrefix"],
  ] as readonly string[],
};

/** Fields that no object of the recording has. */
const fieldsMissing: Readonly<Record<string, readonly string[]>> = {
  // Nothing writes the status of an approval: the policy reads its spec.
  ReleaseApproval: [...fieldsOfSchema(schemas.get("ReleaseApproval") ?? {}).keys()].filter((path) =>
    path.startsWith("status"),
  ),
};

/** Words of src/reconcilers that no object of the recording has, by why it has none. */
const wordsMissing: Readonly<Record<string, readonly string[]>> = {
  "only events have it": [
    ...["Adopt", "AliasTaken", "Check", "Compare", "Normal", "Number", "Package", "Resolve"],
    ...["TriggerDropped", "UnknownDeployment", "Warning"],
  ],
  "the code handles this error, and other modules raise it": [
    ...["CommitNotFound", "ImageChanged", "ImageInvalid", "InvalidManifest", "InvalidReference"],
    "Timeout",
  ],
  "the release takes it over as soon as its image is found to be lost": ["ImageNotFound"],
  "the next attempt, 100 ms to 1 s later, replaces it": ["DeploymentOutdated"],
  "a source history of more than 100,000 commits": ["HistoryTooLong"],
  "a release of so many kinds that their counts fill 416 bytes": ["Other"],
  "every rule gives a reason of its own": ["Refused"],
};

describe("the recording of the version before", () => {
  const declared = kinds.map(({ kind }) => kind).filter((kind) => !since.kinds.includes(kind));

  test.each(declared)("has objects of kind %s", (kind) => {
    expect(of(kind)).not.toEqual([]);
  });

  test.each(declared)("has every condition that %s can have, and no other", (kind) => {
    const types = Object.entries(conditionTypes).find(([name]) => name === kind)?.[1] ?? [];
    const known = types.filter((type) => !since.conditions.includes(`${kind} ${type}`));
    const found = of(kind).flatMap(({ status }) => status?.conditions ?? []);
    expect(new Set(found.map(({ type }) => type))).toEqual(new Set(known));
  });

  test("has every word that the reconcilers write into a status, but for those listed", () => {
    const words = new Set(
      globSync("src/reconcilers/**/*.ts", { cwd: root })
        .filter((path) => !path.endsWith(".test.ts"))
        .flatMap((path) => [...readFileSync(join(root, path), "utf8").matchAll(/"([A-Z]\w+)"/g)])
        .map(([, word = ""]) => word),
    );
    const missing = [...words].filter((word) => !text.includes(`"${word}"`));
    expect(missing.toSorted()).toEqual(
      [...since.words, ...Object.values(wordsMissing).flat()].toSorted(),
    );
  });

  test.each([...schemas])("has every field of %s, but for those listed", (kind, schema) => {
    const found = new Set(of(kind).flatMap((object) => fieldsOfObject(object, schema)));
    const missing = [...fieldsOfSchema(schema).keys()].filter((path) => !found.has(path));
    expect(missing).toEqual(fieldsMissing[kind] ?? []);
  });

  test("has every outcome of a deployment", () => {
    const found = of("ReleaseDeployment").map(({ status }) => status?.outcome);
    expect(new Set(found)).toEqual(new Set(deploymentOutcomes));
  });

  test("has every annotation and label that forge reads on its own objects", () => {
    const keys = objects.flatMap(({ metadata }) => {
      const { annotations = {}, labels = {} } = metadata;
      return [...Object.keys(annotations), ...Object.keys(labels)];
    });
    const own = keys.filter((key) => key.startsWith("forge.dev/"));
    expect([...new Set(own)].toSorted()).toEqual([
      "forge.dev/request-id",
      "forge.dev/retry",
      "forge.dev/shard",
      "forge.dev/traceparent",
    ]);
  });
});
