import fc from "fast-check";
import { load, YAML11_SCHEMA } from "js-yaml";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { Deployment } from "../index.ts";
import { deploymentOf } from "../testing/requests.ts";
import { releasePointerFormat as format, parsePointerFile } from "./pointer-file.ts";

const edit = (text: string, deployment: Deployment, at: string) =>
  format.open(text, at).edit(deployment);

const path = "production/apps/company/monorepo/auth-service/release.yaml";
const created = `apiVersion: forge.dev/v1alpha1
kind: ReleasePointer
metadata:
  name: auth-service
  annotations:
    forge.dev/release-number: "42"
    forge.dev/deployed-by: alice@company.com
    forge.dev/deployment: production-auth-service-1f2e3d4c-17
spec:
  environment: production
  repository: company/monorepo
  project: auth-service
  release: abc123abc123abc123abc123abc123abc123abc1
  image:
    repository: registry.example.com/company/monorepo/auth-service
    digest: "sha256:${"0f".repeat(32)}"
`;

describe("create", () => {
  test("writes a pinned pointer that reads back", () => {
    const deployment = deploymentOf();
    expect(format.create(deployment)).toBe(created);
    const { environment, repository, project, commit: release, image, id } = deployment;
    expect(parsePointerFile(created, path)).toEqual({
      environment,
      repository,
      project,
      release,
      image,
      deployment: id,
    });
    expect(format.open(created, path).carried?.id).toBe(id);
  });

  test.each([
    "1".repeat(40),
    `1e${"1".repeat(38)}`,
    `0b${"01".repeat(19)}`,
    "0".repeat(64),
    `12e${"0".repeat(37)}`,
  ])("commit %s is a string to readers of YAML 1.1 and 1.2", (commit) => {
    const text = format.create(deploymentOf({ commit }));
    for (const read of [
      load(text),
      load(text, { schema: YAML11_SCHEMA }),
      parse(text),
      parse(text, { version: "1.1" }),
    ]) {
      expect(read).toMatchObject({ spec: { release: commit } });
    }
  });

  test("any text comes back as the string it was", () => {
    const tricky = fc.constantFrom(
      "yes",
      "no",
      "on",
      "null",
      "~",
      "1_000",
      "12:30:45",
      "2026-11-20",
      "0o17",
      "- a",
      "a: b",
      "#c",
      "",
    );
    fc.assert(
      fc.property(fc.oneof(tricky, fc.string({ unit: "grapheme" })), (by) => {
        const text = format.create(deploymentOf({ by }));
        const expected = { metadata: { annotations: { "forge.dev/deployed-by": by } } };
        expect(load(text, { schema: YAML11_SCHEMA })).toMatchObject(expected);
        expect(parse(text)).toMatchObject(expected);
      }),
    );
  });

  test("refuses a commit that is none", () => {
    expect(() => format.create(deploymentOf({ commit: "main" }))).toThrow(
      expect.objectContaining({ code: "InvalidObject" }),
    );
  });
});

describe("edit", () => {
  const tended = `# Ask team-auth before you touch this.
apiVersion: forge.dev/v1alpha1
kind: ReleasePointer
spec:
  project: auth-service   # owned by team-auth
  environment: production
  repository: "company/monorepo"

  # pinned since the incident
  release: 'main-41' # was ${"9".repeat(40)}
  suspend: false
  extra:
  - one
  - two
metadata:
  labels: {team: auth}
  name: something-else
  annotations:
    company.com/ticket: OPS-7
    forge.dev/release-number: 41
`;

  test("what people added survives: comments, order, fields, lists, annotations", () => {
    const edited = edit(tended, deploymentOf(), path);
    expect(edited).toBe(
      tended
        .replace("auth-service   #", "auth-service #")
        .replace("'main-41'", `'${deploymentOf().commit}'`)
        .replace("{team: auth}", "{ team: auth }")
        .replace("number: 41", 'number: "42"')
        .replace(
          "  extra:\n  - one\n  - two\n",
          `  extra:\n  - one\n  - two\n  image:\n    repository: ${deploymentOf().image.repository}\n    digest: "${deploymentOf().image.digest}"\n`,
        )
        .concat(
          "    forge.dev/deployed-by: alice@company.com\n    forge.dev/deployment: production-auth-service-1f2e3d4c-17\n",
        ),
    );
  });

  test("the same release again still writes who and which deployment", () => {
    const edited = edit(created, deploymentOf({ id: "production-auth-service-1f2e3d4c-18" }), path);
    expect(edited).toBe(created.replace("4c-17", "4c-18"));
  });

  test("line ends stay what they were", () => {
    const windows = created.replaceAll("\n", "\r\n");
    expect(edit(windows, deploymentOf({ number: 43 }), path)).toBe(windows.replace('"42"', '"43"'));
  });

  test("an edit equals the creation, whatever stood there before", () => {
    const release = fc.record({
      id: fc.stringMatching(/^[a-z0-9-]{1,30}$/),
      commit: fc.stringMatching(/^[0-9a-f]{40}$/),
      number: fc.nat(),
      by: fc.string(),
    });
    fc.assert(
      fc.property(release, release, (before, after) => {
        const edited = edit(format.create(deploymentOf(before)), deploymentOf(after), path);
        expect(parse(edited)).toEqual(parse(format.create(deploymentOf(after))));
      }),
    );
  });

  test.each([
    { because: "it is empty", text: "", says: "empty" },
    { because: "it holds only a comment", text: "# nothing\n", says: "empty" },
    { because: "it does not parse", text: created.replace("spec:", "spec: ]"), says: "line 9" },
    {
      because: "a key stands twice",
      text: created.replace("spec:", "kind: x\nspec:"),
      says: "line 9",
    },
    {
      because: "there are two documents",
      text: `${created}---\na: 1\n`,
      says: "line 17: a second YAML document",
    },
    {
      because: "it is another kind",
      text: created.replace("ReleasePointer", "Release"),
      says: "holds Release of",
    },
    {
      because: "it is another group's",
      text: created.replace("forge.dev/v1alpha1", "example.com/v1"),
      says: "example.com/v1",
    },
    {
      because: "it names another environment",
      text: created.replace("environment: production", "environment: dev"),
      says: 'spec.environment is "dev"',
    },
    {
      because: "it names another project",
      text: created.replace("project: auth-service", "project: other"),
      says: 'spec.project is "other"',
    },
    {
      because: "it names no repository",
      text: created.replace(/ {2}repository: company.*\n/, ""),
      says: "spec.repository is missing",
    },
    {
      because: "spec is a list",
      text: "apiVersion: forge.dev/v1alpha1\nkind: ReleasePointer\nspec: []\n",
      says: "spec is not a map",
    },
    { because: "it is a list", text: "- a\n", says: "no kind" },
    {
      because: "a name is a number",
      text: created.replace("environment: production", "environment: 7"),
      says: "put it in quotes",
    },
    ...["\u0085", "\u2028", "\u2029", "\ufeff", "\r", "\u007f"].map((character) => ({
      because: `readers do not agree on ${JSON.stringify(character)} in a comment`,
      text: created.replace("spec:", `# a${character}kind: Other\nspec:`),
      says: "line 9 holds the character U+",
    })),
    {
      because: "a merge key brings a value to some readers",
      text: created.replace("spec:", "spec:\n  <<: {project: other}"),
      says: 'line 10 holds the merge key "<<"',
    },
    {
      because: "it nests deeper than any parser should follow",
      text: `${created}extra: ${"[".repeat(60_000)}`,
      says: "line 17",
    },
    {
      because: "it is larger than any pointer",
      text: `${created}# ${"x".repeat(65_536)}\n`,
      says: "more than 65536 characters",
    },
    {
      because: "a key is a boolean to some readers",
      text: created.replace("spec:", "spec:\n  on: 1"),
      says: "line 10 holds the key on",
    },
    {
      because: "a directive makes another language of it",
      text: `%YAML 1.1\n---\n${created}`,
      says: "line 1 holds a directive",
    },
    {
      because: "a tag is passed over by some readers",
      text: created.replace("kind: Rel", "kind: !x Rel"),
      says: "line 2 holds a tag",
    },
    {
      because: "an alias is refused by the plugin",
      text: created.replace("project: auth-service", "project: &a auth-service\n  copy: *a"),
      says: "line 13 holds an alias",
    },
  ])("refuses when $because", ({ text, says }) => {
    const refused = { code: "PointerFileInvalid", message: expect.stringContaining(says) };
    expect(() => edit(text, deploymentOf(), path)).toThrow(expect.objectContaining(refused));
    expect(() => edit(text, deploymentOf(), path)).toThrow(path);
  });
});
