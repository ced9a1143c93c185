/** The rules of crd-rules.ts on crds/, by themselves and against those of the version before. */
import { join } from "node:path";
import { readDefinitions, readSchemas } from "../previous-version/schema-fields.ts";
import { breakingChanges, type Violation, violations } from "./crd-rules.ts";
import type { Accepted, Linter } from "./linter.ts";

const root = join(import.meta.dirname, "..", "..");
const before = join(root, "test", "system", "upgrade", "previous-version", "crds");

const older =
  "it is older than the rule: docs/adr/0013-two-values-are-an-enum.md; a new field is an enum";
const fact = "it records a yes or no that has no third value";

/** As `<rule> <kind> <field>`. */
const accepted: readonly Accepted[] = [
  ...[
    "Environment spec.promotionPolicy.requireVerifiedSource",
    "Environment spec.promotionPolicy.autoDeploy",
    "Environment spec.promotionPolicy.requiresApproval",
    "Environment spec.promotionPolicy.approvals.allowSelfApproval",
    "Environment spec.rollback.requiresApproval",
    "Environment spec.rollback.duringFreeze",
    "Project spec.branchAliases",
    "Project spec.release.enabled",
    "Project spec.release.on[].tag",
    "Project spec.artifacts.allowMissing",
    "Project spec.artifacts.allowTags",
    "ReleasePointer spec.suspend",
  ].map((field) => ({ what: `NoBools ${field}`, because: older })),
  ...[
    "ReleasePointer spec.request.automatic",
    "ReleasePointer status.decision.allowed",
    "ReleasePointer status.decision.rules[].passed",
    "ReleaseDeployment spec.request.automatic",
    "ReleaseDeployment spec.decision.allowed",
    "ReleaseDeployment spec.decision.rules[].passed",
    "ReleaseDeployment status.foundInGit",
    "ReleaseDeployment status.health.healthy",
  ].map((field) => ({ what: `NoBools ${field}`, because: fact })),
  ...[
    "NoBools ReleaseApproval status.policy.rules.promotionPolicy.requireVerifiedSource",
    "NoBools ReleaseApproval status.policy.rules.promotionPolicy.autoDeploy",
    "NoBools ReleaseApproval status.policy.rules.promotionPolicy.requiresApproval",
    "NoBools ReleaseApproval status.policy.rules.promotionPolicy.approvals.allowSelfApproval",
    "NoBools ReleaseApproval status.policy.rules.rollback.requiresApproval",
    "NoBools ReleaseApproval status.policy.rules.rollback.duringFreeze",
    "NoMaps ReleaseApproval status.policy.rules.projects.matchLabels",
  ].map((what) => ({ what, because: "a copy of the Environment's rules has their fields" })),
  {
    what: "NoMaps Environment spec.projects.matchLabels",
    because: "labels are a map everywhere in Kubernetes",
  },
  {
    what: "NoMaps Release spec.artifacts[].fields",
    because: "manifests refer to the keys by name; a Release is never changed",
  },
  {
    what: "NoMaps Release status.resources",
    because: "counts by kind, which one writer replaces whole",
  },
];

export const crds: Linter = {
  name: "crd-schema-checker's rules on crds/",
  missing: () => undefined,
  run: async () => {
    const known = readSchemas(before);
    const found = readDefinitions(join(root, "crds")).flatMap((definition) => {
      const old = known.get(definition.kind);
      return [...violations(definition), ...(old ? breakingChanges(definition, old) : [])];
    });
    return complaints(found);
  },
};

/** Findings that are not accepted, and accepted ones that are no longer found. */
export function complaints(found: readonly Violation[], accepts = accepted): string {
  const names = found.map(({ rule, kind, field }) => `${rule} ${kind} ${field}`.trimEnd());
  const fresh = names.filter((name) => !accepts.some(({ what }) => what === name));
  const stale = accepts.filter(({ what }) => !names.includes(what));
  return [
    ...fresh.map(
      (name) => `${name}: mend it, or accept it with a reason in hack/linters/crds.ts\n`,
    ),
    ...stale.map(
      ({ what }) => `${what}: accepted in hack/linters/crds.ts, and not found any more\n`,
    ),
  ].join("");
}
