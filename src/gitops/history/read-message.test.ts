import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deploymentOf } from "../testing/requests.ts";
import { commitMessage } from "./commit-message.ts";
import { readMessage } from "./read-message.ts";

const line = fc
  .string({ minLength: 1, unit: "grapheme-ascii" })
  .map((text) => text.trim().replace(/\s+/g, " "))
  .filter((text) => text !== "");
const version = fc.stringMatching(/^v[0-9]+\.[0-9]+\.[0-9]+( release [0-9] \([a-z]\))?$/);
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);

describe("what a message says", () => {
  test("is what was written", () => {
    const deployment = fc.record(
      {
        environment: name,
        project: name,
        repository: fc.constantFrom("monorepo", "company/monorepo", "a/b/c@d"),
        commit: fc.constantFrom("a".repeat(40), "b".repeat(64)),
        number: fc.nat(),
        version,
        type: fc.constantFrom("Deploy", "Promote", "Rollback"),
        by: line,
        reason: line,
        previous: fc.record({ number: fc.nat(), version }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(deployment, (changes) => {
        const written = deploymentOf(changes);
        const { id, image: _, by, previous, ...rest } = written;
        const isRollback = written.type === "Rollback";
        expect(readMessage(commitMessage(written))).toEqual({
          ...rest,
          deployment: id,
          ...(isRollback && { by, previous }),
        });
      }),
    );
  });

  const message = commitMessage(deploymentOf());
  test.each([
    { because: "the trailers are gone", text: message.split("\n\n")[0] ?? "" },
    { because: "the subject is somebody else's", text: message.replace(/^Deploy/, "Revert") },
    { because: "the release is not pinned", text: message.replace(/@[0-9a-f]+/, "@main") },
    { because: "it has no number", text: message.replace("release 42", "release") },
    { because: "it is empty", text: "" },
    {
      // Does not end within a test's time where each "release 1" is tried up to the line's end.
      because: "the subject has a second line, and a release at every word",
      text: message.replace(/^.*/, `Deploy a ${" release 1".repeat(300_000)}\nx`),
    },
  ])("is nothing when $because", ({ text }) => {
    expect(readMessage(text)).toBeUndefined();
  });
});
