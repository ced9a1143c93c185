import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deploymentOf } from "../testing/requests.ts";
import { openYaml, releasePointerFormat } from "./pointer-file.ts";
import { openForm } from "./pointer-form.ts";

const path = "x/release.yaml";
const word = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9._/@:+-]{1,12}$/),
  fc.constantFrom("yes", "on", "null", "1e5", "0x1f", "12:30:45", "1_000", "bob", ".inf", "a: b"),
);
const commit = fc.oneof(
  fc.stringMatching(/^[0-9a-f]{40}$/),
  fc.constantFrom("1".repeat(40), `0b${"01".repeat(19)}`, `12e${"0".repeat(37)}`),
);
const changes = fc.record({
  by: word,
  id: word,
  number: fc.nat(),
  commit,
  image: fc.record({ repository: word, digest: word }),
});

describe("the form of a file that forge wrote", () => {
  test("reads and edits as YAML does", () => {
    fc.assert(
      fc.property(changes, changes, changes, (first, second, third) => {
        let text = releasePointerFormat.create(deploymentOf(first));
        for (const next of [second, third]) {
          const form = openForm(text);
          const yaml = openYaml(text, path);
          const deployment = deploymentOf(next);
          const edited = yaml.edit(deployment);
          expect(form === undefined ? yaml.carried : form.carried).toEqual(yaml.carried);
          expect(form?.edit(deployment) ?? edited).toBe(edited);
          text = edited;
        }
      }),
      { numRuns: 300 },
    );
  });

  const text = releasePointerFormat.create(deploymentOf());
  test("is that of what forge writes, and stays so", () => {
    expect(openForm(text)?.edit(deploymentOf({ number: 43, by: "bob" }))).toBe(
      text.replace('"42"', '"43"').replace("alice@company.com", "bob"),
    );
  });

  test.each([
    { because: "a comment was added", edited: `# hands off\n${text}` },
    { because: "a field was added", edited: text.replace("spec:\n", "spec:\n  suspend: true\n") },
    { because: "keys were moved", edited: text.replace(/(apiVersion.*\n)(kind.*\n)/, "$2$1") },
    { because: "a value is no string", edited: text.replace(/release: .*/, "release: 123456") },
    { because: "a value is a word of YAML", edited: text.replace(/by: .*/, "by: no") },
    { because: "lines end as on Windows", edited: text.replaceAll("\n", "\r\n") },
    { because: "the last line does not end", edited: text.trimEnd() },
  ])("is not that of a file where $because", ({ edited }) => {
    expect(edited).not.toBe(text);
    expect(openForm(edited)).toBeUndefined();
  });

  test.each([{ project: "another" }, { environment: "dev" }, { by: "Ann <ann@example.com>" }])(
    "says nothing of what is for YAML to judge: %o",
    (changed) => {
      expect(openForm(text)?.edit(deploymentOf(changed))).toBeUndefined();
    },
  );
});
