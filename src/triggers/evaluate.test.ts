import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReleaseBlock, Trigger } from "../api/index.ts";
import { parseGitEvent, parseInputs } from "../api/index.ts";
import { evaluateEvent, invalidPatterns, type ProjectRules, releaseBlockOf } from "./index.ts";

const commit = "a".repeat(40);
const branch = (name: string): Trigger => ({ type: "BranchPush", branch: name });
const tag = (name: string): Trigger => ({ type: "Tag", tag: name });
const block = (...on: ReleaseBlock["on"]): ReleaseBlock => ({ enabled: true, on });

function project(
  name: string,
  release: ReleaseBlock,
  more: Partial<ProjectRules["spec"]> & Pick<ProjectRules, "file"> = {},
): ProjectRules {
  const { file, ...spec } = more;
  return { spec: { name, tagStrategy: "Monorepo", release, ...spec }, file };
}

function reasonOf(rules: ProjectRules, trigger: Trigger): string {
  const event = { repository: "company/monorepo", commit, trigger };
  const [verdict] = evaluateEvent(event, [rules]).verdicts;
  return `${verdict?.released ? "released" : "left"}: ${verdict?.reason}`;
}

const main = { branch: "main" };
const releases = { branch: "release/.*" };
const tags = { tag: true };

describe("an event", () => {
  test.each<[string, ProjectRules, Trigger, string]>([
    [
      "a branch that is named",
      project("auth", block(main)),
      branch("main"),
      "released: BranchMatched",
    ],
    [
      "a branch that a pattern fits",
      project("auth", block(releases)),
      branch("release/1.2"),
      "released: BranchMatched",
    ],
    [
      "one of several rules",
      project("auth", block(tags, main)),
      branch("main"),
      "released: BranchMatched",
    ],
    [
      "a pattern fits the whole name",
      project("auth", block(main)),
      branch("main-2"),
      "left: NoRuleMatched",
    ],
    ["from its beginning", project("auth", block(main)), branch("not-main"), "left: NoRuleMatched"],
    ["no rule at all", project("auth", block()), branch("main"), "left: NoRuleMatched"],
    [
      "rules for branches alone",
      project("auth", block(main)),
      tag("auth/v1.0.0"),
      "left: NoRuleMatched",
    ],
    ["rules for tags alone", project("auth", block(tags)), branch("main"), "left: NoRuleMatched"],
    [
      "tag: false is no rule",
      project("auth", block({ tag: false })),
      tag("auth/v1"),
      "left: NoRuleMatched",
    ],
    [
      "the project's own tag",
      project("auth", block(tags)),
      tag("auth/v1.2.3"),
      "released: TagMatched",
    ],
    [
      "a tag of another project",
      project("auth", block(tags)),
      tag("billing/v1.2.3"),
      "left: OtherProjectsTag",
    ],
    [
      "a name that only begins alike",
      project("auth", block(tags)),
      tag("auth-web/v1.2.3"),
      "left: OtherProjectsTag",
    ],
    ["a bare tag", project("auth", block(tags)), tag("v1.2.3"), "left: OtherProjectsTag"],
    [
      "a tag without a version",
      project("auth", block(tags)),
      tag("auth/nightly"),
      "left: OtherProjectsTag",
    ],
    ["a bare v", project("auth", block(tags)), tag("auth/v"), "left: OtherProjectsTag"],
    [
      "every tag, where all count",
      project("auth", block(tags), { tagStrategy: "TagAll" }),
      tag("v1.2.3"),
      "released: TagMatched",
    ],
    [
      "stopped in the cluster",
      project("auth", { ...block(main), enabled: false }),
      branch("main"),
      "left: Disabled",
    ],
    [
      "the file counts",
      project("auth", block(), { file: block(main) }),
      branch("main"),
      "released: BranchMatched",
    ],
    [
      "also where it says less",
      project("auth", block(main), { file: block() }),
      branch("main"),
      "left: NoRuleMatched",
    ],
    [
      "the file may stop it",
      project("auth", block(main), { file: { ...block(main), enabled: false } }),
      branch("main"),
      "left: Disabled",
    ],
    [
      "the file does not start it",
      project("auth", { ...block(main), enabled: false }, { file: block(main) }),
      branch("main"),
      "left: Disabled",
    ],
    [
      "a pattern that is none",
      project("auth", block({ branch: "(" })),
      branch("main"),
      "left: InvalidPattern",
    ],
    [
      "beside one that fits",
      project("auth", block({ branch: "(" }, main)),
      branch("main"),
      "released: BranchMatched",
    ],
    [
      "backreferences are no RE2",
      project("auth", block({ branch: "(a)\\1" })),
      branch("aa"),
      "left: InvalidPattern",
    ],
  ])("%s", (_because, rules, trigger, expected) => {
    expect(reasonOf(rules, trigger)).toBe(expected);
  });

  test("releases each project of a repository for itself", () => {
    const event = { repository: "company/monorepo", commit, trigger: tag("auth/v2.0.0") };
    const projects = [
      project("web", block(tags), { tagStrategy: "TagAll" }),
      project("billing", block(tags)),
      project("auth", block(tags)),
    ];
    const { verdicts } = evaluateEvent(event, projects);
    expect(verdicts.map(({ project: name, released }) => [name, released])).toEqual([
      ["auth", true],
      ["billing", false],
      ["web", true],
    ]);
  });

  test("by hand releases those that were asked for, whatever their rules say", () => {
    const trigger: Trigger = { type: "Manual", actor: "alice@company.com" };
    const event = { repository: "company/monorepo", commit, trigger, projects: ["auth"] };
    const stopped = { ...block(), enabled: false };
    const { verdicts } = evaluateEvent(event, [project("auth", stopped), project("web", stopped)]);
    expect(verdicts.map(({ released }) => released)).toEqual([true, false]);
  });

  test("is judged in linear time, whatever the pattern is", () => {
    const patterns = ["(a*)*b", "(a|a)*b", "(a|aa)+$", "([a-z]+)*-\\d+", "(.*)(.*)(.*)(.*)x"];
    for (const pattern of patterns) {
      const rules = project("auth", block({ branch: pattern }));
      expect(reasonOf(rules, branch("a".repeat(250)))).toMatch(/BranchMatched|NoRuleMatched/);
    }
  });

  test("is judged of any rules and any name", () => {
    const rule = fc.oneof(
      fc.record({ branch: fc.string({ minLength: 1, maxLength: 256, unit: "grapheme" }) }),
      fc.record({ tag: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 5 }), fc.string({ maxLength: 250 }), (on, name) => {
        const rules = project("auth", { enabled: true, on });
        expect(reasonOf(rules, branch(name))).toMatch(/^(released|left): /);
        expect(invalidPatterns(releaseBlockOf(rules)).length).toBeLessThanOrEqual(on.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe("what a pipeline passes", () => {
  const inputs = {
    "forge.dev/repository": "company/monorepo",
    "forge.dev/commit": commit,
    "forge.dev/type": "BranchPush",
    "forge.dev/branch": "main",
    "other.dev/input": "is another's",
  };

  test("is an event like any other", () => {
    expect(parseInputs(inputs)).toEqual({
      repository: "company/monorepo",
      commit,
      trigger: { type: "BranchPush", branch: "main" },
    });
    const manual = { "forge.dev/type": "Manual", "forge.dev/projects": "auth, web" };
    expect(parseInputs({ ...inputs, ...manual }).projects).toEqual(["auth", "web"]);
  });

  test.each<[Record<string, string>, RegExp, string]>([
    [{ "forge.dev/commit": "main" }, /commit/, "no commit id"],
    [{ "forge.dev/repository": "Company/Monorepo" }, /repository/, "capital letters"],
    [{ "forge.dev/branch": "" }, /trigger\.branch/, "an empty branch"],
    [{ "forge.dev/type": "Push" }, /trigger\.type/, "a type that is none"],
    [{ "forge.dev/type": "Tag" }, /trigger\.tag/, "a tag without a name"],
    [{ "forge.dev/projects": "auth,../x" }, /projects/, "a project that is no name"],
    [{ "forge.dev/time": "yesterday" }, /trigger\.time/, "no time"],
    [{ "forge.dev/commmit": commit }, /commmit/, "an input that forge does not know"],
  ])("is refused as what a person writes would be: %j", (wrong, field) => {
    expect(() => parseInputs({ ...inputs, ...wrong })).toThrow(field);
  });

  test("of any shape is an event or an InvalidObject", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => parseGitEvent(value)).toThrow(/^git event: /);
      }),
    );
  });
});
