import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { locatePythonTool } from "../../tools/python/venv.ts";
import { type Controller, run, type Server, tokenOf } from "../ground/index.ts";
import { startServerFor } from "../system/ground/api-client.ts";
import { Journey } from "../system/ground/journey.ts";

/** Programs of others hold the API to its own document. They come from PyPI: `make setup`. */
const python = locatePythonTool("python");
const schemathesis = locatePythonTool("schemathesis");
const generator = locatePythonTool("openapi-python-client");
const isInstalled = python !== undefined && schemathesis !== undefined && generator !== undefined;

describe.skipIf(!isInstalled)("the API, by its document", () => {
  const journey = new Journey("api-contract");
  const folder = join(journey.ground.folder, journey.namespace);
  const { people } = journey.ground;
  let controller: Controller;
  let server: Server;

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.bind(
      "carol",
      ...["view", "edit", "deployer", "approver", "releaser"].map((role) => `forge-${role}`),
    );
    await journey.bind("dave", "forge-releaser");
    await journey.apply(journey.environment("production", { requiresApproval: true }));
    controller = await journey.controller();
    server = await startServerFor(journey, {
      args: [`--ledger=${folder}/ledger.db`, "--rate=100000", "--burst=100000"],
    });
  });

  afterAll(async () => {
    await server.process.stop();
    await controller.process.stop();
  });

  test("a client made from it tells the whole story", async () => {
    const out = join(folder, "forge_client");
    const made = await run(
      generator ?? "",
      [
        ...["generate", "--url", `${server.url}/openapi.json`, "--output-path", out],
        ...["--overwrite", "--meta", "none"],
      ],
      { cwd: folder },
    );
    expect(made).toMatchObject({ code: 0 });
    const story = join(import.meta.dirname, "api-story.py");
    const told = await run(python ?? "", [story], {
      cwd: folder,
      env: {
        PYTHONPATH: folder,
        FORGE: server.url,
        REPOSITORY: journey.repository,
        NAMESPACE: journey.namespace,
        ALICE: tokenOf(people.alice),
        BOB: tokenOf(people.bob),
        DAVE: tokenOf(people.dave),
      },
    });
    expect(told).toEqual({ code: 0, stdout: "told\n", stderr: "" });
  });

  test("made-up requests meet no failure of the server, and no broken promise", async () => {
    const config = join(folder, "schemathesis.toml");
    writeFileSync(config, settings(journey.repository));
    const result = await run(
      schemathesis ?? "",
      [
        ...["--config-file", config, "run", `${server.url}/openapi.json`, "--no-color"],
        ...["--header", `Authorization: Bearer ${tokenOf(people.carol)}`],
        ...["--phases", "coverage,fuzzing", "--max-examples", "5", "--generation-deterministic"],
        // A stream has no end to wait for.
        ...["--no-shrink", "--exclude-operation-id", "streamEvents"],
        ...["--suppress-health-check", "all", "--continue-on-failure"],
      ],
      { cwd: folder, env: { HOME: folder }, timeoutMs: 900_000 },
    );
    // It warns besides, of what these people may not do.
    expect(result.stdout + result.stderr).toMatch(/(\d+) generated, \1 passed/);
    expect(result.code).toBe(0);
  }, 900_000);
});

/** Names of what there is, so that more than a 404 is met. */
function settings(repository: string): string {
  const accepted = '"2xx", "3xx", 401, 403, 404, 409, 412, 422, 429';
  return `
[parameters]
"path.repository" = ${JSON.stringify(repository)}
"path.project" = "auth"
"path.environment" = "production"
"path.release" = "1"
"path.sequence" = "1"
"path.id" = ${JSON.stringify(`${repository}/auth/1`)}

[checks]
# If-Match speaks of what was seen: 412. The API server's own rules go beyond JSON Schema: 422.
positive_data_acceptance.expected-statuses = [${accepted}]

[[operations]]
# JSON Schema cannot say that a trigger of type Tag needs a tag, that Deploy needs a release, which
# fields where= takes, and that a list holds each name once.
include-operation-id-regex = "^(createRelease|requestDeployment|(list|create|replace).*Objects?)$"
checks.positive_data_acceptance.expected-statuses = [${accepted}, 400]

[[operations]]
# With another method the path is that of an approval's state, whose id may hold slashes.
include-operation-id-regex = "^(rejectRelease|revokeApprovals)$"
checks.unsupported_method.enabled = false
checks.allow_header_conformance.enabled = false
`;
}
