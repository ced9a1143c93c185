/** docs/environments.md: every YAML on the page, judged, and compared with the answer beside it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  type Environment,
  environmentKind,
  parseSpec,
  projectKind,
  type ReleaseApproval,
  type ReleasePointer,
  releaseApprovalKind,
  releasePointerKind,
} from "../src/api/index.ts";
import { concernsProject, evaluate, type PolicyInput, rules } from "../src/policy/index.ts";
import { type Given, policyInput } from "../src/policy/testing/policy-input.ts";

const page = readFileSync(join(import.meta.dirname, "..", "docs", "environments.md"), "utf8");

interface Section {
  readonly title: string;
  readonly blocks: readonly { readonly language: string; readonly text: string }[];
}

const sections: readonly Section[] = page
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    title: section.slice(0, section.indexOf("\n")),
    blocks: [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(
      ([, language = "", text = ""]) => ({ language, text }),
    ),
  }));

interface Objects {
  readonly environments: readonly Pick<Environment, "metadata" | "spec">[];
  readonly pointer?: Pick<ReleasePointer, "spec">;
  readonly approvals: readonly Pick<ReleaseApproval, "metadata" | "spec">[];
}

/** The objects of a block, each checked by the schema of its kind. */
function objectsIn(text: string): Objects {
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  const of = (kind: string) => objects.filter((object) => object.kind === kind);
  const [pointer] = of("ReleasePointer").map(({ spec }) => ({
    spec: parseSpec(releasePointerKind, spec),
  }));
  return {
    environments: of("Environment").map(({ metadata, spec }) => ({
      metadata,
      spec: parseSpec(environmentKind, spec),
    })),
    ...(pointer && { pointer }),
    approvals: of("ReleaseApproval").map(({ metadata, spec }) => ({
      metadata,
      spec: parseSpec(releaseApprovalKind, spec),
    })),
  };
}

const project = "auth-service";
const alice = "alice@company.com";

/** Release 42 of auth-service, asked for by alice at noon of a Saturday, where nothing else is said. */
function question(objects: Objects, { approvals = [], ...given }: Given): PolicyInput {
  const asked = policyInput({
    number: 42,
    ...given,
    request: { by: alice, ...given.request },
    approvals: approvals.map((approval) => ({ ...approval, release: { project } })),
  });
  const [environment = asked.environment] = objects.environments;
  const { spec } = objects.pointer ?? asked.pointer;
  return {
    ...asked,
    environment,
    release: { ...asked.release, spec: { ...asked.release.spec, project } },
    pointer: { ...asked.pointer, spec: { ...spec, request: asked.pointer.spec.request } },
    // As the controller binds them: to the rules of the page.
    approvals: [...objects.approvals, ...asked.approvals].map((approval) => ({
      ...approval,
      status: { policy: { generation: 1, rules: environment.spec } },
    })),
  };
}

const push = (branch: string) => ({ type: "BranchPush", branch });
const tag = (name: string) => ({ type: "Tag", tag: name });
const automatic = { automatic: true };
const rollback = { type: "Rollback" };
const inStaging = { from: "2026-11-21T06:00:00Z", environment: "staging" };
const inCanary = { from: "2026-11-21T07:00:00Z", environment: "canary" };
const byAlice = { approver: alice };
const byFrank = {
  approver: "frank@company.com",
  decision: "Reject",
  justification: "leaks connections",
} as const;
const byErin = { approver: "erin@company.com" };

/** What the page says in prose of each answer, in its order. */
const situations: Readonly<Record<string, readonly Given[]>> = {
  lock: [{}],
  pointerLock: [{}],
  hold: [{ request: automatic }, {}],
  order: [{ request: automatic, number: 41, deployed: 42 }],
  rollback: [
    {
      request: rollback,
      runs: [{ environment: "production", from: "2026-11-14T00:00:00Z" }],
    },
    { request: rollback },
  ],
  triggers: [{ triggers: [push("main")] }, { triggers: [push("main"), tag("v1.4.0")] }],
  branches: [{ triggers: [push("feature/login")] }, { triggers: [push("release/1.4")] }],
  tags: [{ triggers: [tag("auth-service/v1.4.0")] }, { triggers: [tag("auth-service/v2.0.0")] }],
  verifiedSource: [{}],
  promotesFrom: [
    { runs: [inStaging] },
    { runs: [inStaging, inCanary] },
    { runs: [inStaging, { ...inCanary, until: "2026-11-21T07:30:00Z" }] },
    { runs: [inStaging, inCanary], now: "2026-11-22T06:00:00Z" },
  ],
  approvals: [
    { approvals: [byAlice] },
    { approvals: [byAlice, byErin] },
    { approvals: [byErin, byFrank] },
  ],
  freezes: [{}, { now: "2026-11-23T07:00:00Z" }, {}],
};

describe("docs/environments.md", () => {
  test("has a section for each rule, in the order of decisions, with a situation for each answer", () => {
    const titles = sections.map(({ title }) => title);
    const names = rules.map(({ name }) => name);
    expect(titles.filter((title) => names.includes(title))).toEqual(names);
    expect(Object.keys(situations)).toEqual(names);
  });

  test("every YAML on it is one that the API server takes", () => {
    const yaml = sections.flatMap(({ blocks }) => blocks.filter((b) => b.language === "yaml"));
    const environments = yaml.flatMap(({ text }) => objectsIn(text).environments);
    expect(environments.length).toBeGreaterThan(rules.length);
  });

  test.each(Object.entries(situations))("the answers of %s are those of forge", (title, asked) => {
    const { blocks } = sections.find((section) => section.title === title) ?? { blocks: [] };
    let objects: Objects = { environments: [], approvals: [] };
    const remaining = [...asked];
    for (const { language, text } of blocks) {
      if (language === "yaml") {
        objects = objectsIn(text);
        continue;
      }
      const decision = evaluate(question(objects, remaining.shift() ?? {}));
      const answers = text.trim().split("\n");
      const rulesAsked = answers.map((answer) => answer.split(" ")[0]);
      const given = decision.rules.filter(({ rule }) => rulesAsked.includes(rule));
      expect(given.map(({ rule, reason, message }) => `${rule} ${reason}: ${message}`)).toEqual(
        answers,
      );
    }
    expect(remaining).toEqual([]);
  });

  test("the three environments take what the page says they take", () => {
    const { blocks } = sections.find(({ title }) => title === "Three environments") ?? {
      blocks: [],
    };
    const { environments, approvals } = objectsIn(blocks[0]?.text ?? "");
    const refused = (name: string, given: Given) => {
      const known = environments.filter(({ metadata }) => metadata.name === name);
      const decision = evaluate(question({ environments: known, approvals }, given));
      return decision.rules.filter(({ passed }) => !passed).map(({ rule }) => rule);
    };
    const feature = { triggers: [push("feature/login")] };
    expect(refused("dev", { ...feature, request: automatic })).toEqual([]);
    expect(refused("staging", feature)).toEqual(["branches"]);
    expect(refused("staging", { triggers: [push("release/1.4")] })).toEqual([]);
    expect(environments.map(({ spec }) => spec.promotionPolicy.autoDeploy)).toEqual([
      true,
      false,
      false,
    ]);
    const tagged = { triggers: [push("main"), tag("v1.4.0")] };
    expect(refused("production", tagged)).toEqual(["promotesFrom", "approvals", "freezes"]);
    const ready = {
      runs: [{ ...inStaging, from: "2026-11-22T06:00:00Z" }],
      approvals: [byErin, { approver: "bob@company.com" }],
      now: "2026-11-23T07:00:00Z",
    };
    expect(refused("production", { ...tagged, ...ready })).toEqual([]);
    const manual = { type: "Manual", branch: "main" };
    expect(refused("production", { triggers: [manual], ...ready })).toEqual([]);
    expect(refused("production", { triggers: [push("main")], ...ready })).toEqual(["triggers"]);
    expect(refused("production", { triggers: [{ type: "Manual" }], ...ready })).toEqual([
      "branches",
    ]);
  });

  test("autoDeploy looks at the projects that the page says it looks at", () => {
    const { blocks } = sections.at(-1) ?? { blocks: [] };
    const { environments } = objectsIn(blocks[0]?.text ?? "");
    const looks = (repository: string, tier: string) =>
      environments.map((environment) =>
        concernsProject(environment, {
          metadata: { ...policyInput({}).release.metadata, labels: { tier } },
          spec: parseSpec(projectKind, { repository, name: project }),
        }),
      );
    expect(looks("company/monorepo", "backend")).toEqual([true]);
    expect(looks("company/monorepo", "frontend")).toEqual([false]);
    expect(looks("company/website", "backend")).toEqual([false]);
  });
});
