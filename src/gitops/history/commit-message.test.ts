import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../ports.ts";
import { deploymentOf } from "../testing/requests.ts";
import { commitMessage, parseTrailers } from "./commit-message.ts";

const commit = deploymentOf().commit;
const trailers = `Forge-Environment: production
Forge-Release: company/monorepo/auth-service@${commit}
Forge-Deployment: production-auth-service-1f2e3d4c-17
`;

describe("commitMessage", () => {
  test.each<{ because: string; changes: Partial<Deployment>; text: string }>([
    {
      because: "a deployment",
      changes: {},
      text: "Deploy auth-service to production: release 42 (v1.2.3)\n\n",
    },
    {
      because: "an unknown version",
      changes: { version: "" },
      text: "Deploy auth-service to production: release 42\n\n",
    },
    {
      because: "a promotion",
      changes: { type: "Promote" },
      text: "Promote auth-service to production: release 42 (v1.2.3)\n\n",
    },
    {
      because: "a rollback",
      changes: {
        type: "Rollback",
        number: 41,
        version: "v1.2.2",
        previous: { number: 42, version: "v1.2.3" },
      },
      text: "Rollback auth-service in production to release 41 (v1.2.2)\n\nPrevious release: 42 (v1.2.3)\nRolled back by: alice@company.com\n\n",
    },
    {
      because: "a rollback from nowhere, with a reason",
      changes: { type: "Rollback", reason: "it\nbroke" },
      text: "Rollback auth-service in production to release 42 (v1.2.3)\n\nRolled back by: alice@company.com\nReason: it broke\n\n",
    },
  ])("$because", ({ changes, text }) => {
    expect(commitMessage(deploymentOf(changes))).toBe(text + trailers);
  });

  // What would matter to a forger: line ends of every kind, keys, and colons.
  const hostile = fc
    .array(
      fc.constantFrom(
        "\n",
        "\n\n",
        "\r",
        "\u2028",
        "\u0085",
        "\v",
        "Forge-Deployment: evil",
        "Forge-Environment: dev",
        " ",
        "x",
        ":",
        "\ud800",
        "\0",
      ),
    )
    .map((parts) => parts.join(""));

  test("no text that a person gives can forge or hide a trailer", () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (reason, by, version, project) => {
        const type = "Rollback";
        const previous = { number: 1, version };
        const message = commitMessage(
          deploymentOf({ reason, by, version, project, type, previous }),
        );
        expect(parseTrailers(message)).toMatchObject({
          environment: "production",
          deployment: "production-auth-service-1f2e3d4c-17",
        });
        expect(
          message.split(/[\n\r\u0085\u2028\v]/).filter((line) => line.startsWith("Forge-")),
        ).toHaveLength(3);
      }),
    );
  });

  test("git reads the same trailers", () => {
    const input = commitMessage(
      deploymentOf({ type: "Rollback", reason: "a\n\nForge-Deployment: evil" }),
    );
    const read = execFileSync("git", ["interpret-trailers", "--parse"], {
      input,
      encoding: "utf8",
    });
    expect(read).toBe(trailers);
  });
});

describe("parseTrailers", () => {
  test.each([
    { because: "the subject is no trailer", message: "Forge-Deployment: x\n", found: {} },
    {
      because: "only the last paragraph counts",
      message: "s\n\nForge-Deployment: x\n\nbody\n",
      found: {},
    },
    {
      because: "others may sign below",
      message: "s\n\nForge-Deployment: x\nSigned-off-by: a <a@b>\n",
      found: { deployment: "x" },
    },
    { because: "other keys are not ours", message: "s\n\nForge-Constructor: x\n", found: {} },
  ])("$because", ({ message, found }) => {
    expect(parseTrailers(message)).toEqual(found);
  });
});
