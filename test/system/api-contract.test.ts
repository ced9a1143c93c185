import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { locatePythonTool } from "../../tools/python/venv.ts";
import { type Controller, run, type Server, tokenOf } from "../ground/index.ts";
import { startServerFor } from "./api-client.ts";
import { Journey } from "./journey.ts";

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
    const out = join(folder, "client");
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
    expect(told).toMatchObject({ code: 0, stdout: "told\n" });
  });

  test("thousands of made-up requests meet no failure of the server, and no broken promise", async () => {
    const result = await run(
      schemathesis ?? "",
      [
        ...[
          "run",
          `${server.url}/openapi.json`,
          "--no-color",
          "--phases",
          "examples,coverage,fuzzing",
        ],
        ...["--header", `Authorization: Bearer ${tokenOf(people.carol)}`],
        ...["--max-examples", "25", "--generation-deterministic", "--no-shrink"],
        // A stream has no end to wait for.
        ...["--exclude-operation-id", "streamEvents", "--continue-on-failure"],
      ],
      { cwd: folder, env: { HOME: folder }, timeoutMs: 600_000 },
    );
    expect(result.stdout + result.stderr).toContain("No issues found");
    expect(result.code).toBe(0);
  }, 600_000);
});
