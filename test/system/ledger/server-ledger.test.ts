import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Server, tokenOf } from "../../ground/index.ts";
import { type ApiAnswer, ApiClient, startServerFor } from "../ground/api-client.ts";
import { present, Workspace } from "../ground/workspace.ts";
import { Databases, hasPostgres } from "./ledger-stores.ts";

const until = (isSo: () => Promise<boolean>) =>
  vi.waitUntil(isSo, { timeout: 20_000, interval: 100 });

interface ToldEntry {
  readonly event: string;
  readonly key: string;
  readonly details: { readonly replayed?: boolean };
}

/** Nothing is written without a record, whatever becomes of the database meanwhile. */
describe.skipIf(!hasPostgres)("a server whose PostgreSQL dies in the middle of it", () => {
  const workspace = new Workspace("server-ledger");
  let databases: Databases;
  let server: Server;
  let dave: ApiClient;
  let admin: ApiClient;

  beforeAll(async () => {
    await workspace.create();
    await workspace.bind("dave", "forge-releaser");
    await workspace.apply(workspace.environment("staging"), workspace.project("auth"));
    databases = await Databases.start("postgres");
    const { options } = await databases.create();
    const urlFile = join(databases.folder, "url");
    writeFileSync(urlFile, (options as { postgres: string }).postgres);
    server = await startServerFor(workspace, { args: [`--ledger-url-file=${urlFile}`] });
    dave = ApiClient.as(server, workspace, "dave");
    admin = new ApiClient(server.url, tokenOf(workspace.ground.kubeconfig));
    await until(async () => (await admin.get("/v1/audit")).status === 200);
  });

  afterAll(async () => {
    await server.process.stop();
    await databases.stop();
  });

  const release = (number: number) =>
    dave.post(
      "/v1/releases",
      {
        ...{ repository: workspace.repository, project: "auth", namespace: workspace.namespace },
        commit: number.toString(16).padStart(40, "a"),
        trigger: { type: "BranchPush", branch: "main" },
        source: { manifests: "a: b" },
      },
      { "idempotency-key": `release-${number}` },
    );
  const readiness = async () => {
    const answer = await fetch(`${server.healthUrl}/readyz`);
    return { status: answer.status, text: await answer.text() };
  };

  test("writes are refused, reads go on, and afterwards nothing is lost or there twice", async () => {
    const postgres = present(databases.postgres);
    expect(await readiness()).toEqual({ status: 200, text: "ok\n" });
    const answers = new Map<number, ApiAnswer[]>();
    const over = new AbortController();
    const writing = (async () => {
      for (let number = 1; !over.signal.aborted || number < 10; number++) {
        const tries: ApiAnswer[] = [];
        answers.set(number, tries);
        // As a pipeline does: the same key until it is done.
        do {
          if (tries.length > 0) await sleep(100);
          tries.push(await release(number));
        } while (tries.at(-1)?.status === 503);
      }
    })();
    for (let crash = 0; crash < 2; crash++) {
      await sleep(300);
      await postgres.crash();
      await until(async () => (await readiness()).text.startsWith("ok\nread-only: the ledger"));
      expect(await readiness()).toMatchObject({ status: 200 });
      const refused = await dave.post("/v1/deployments", {
        ...{ repository: workspace.repository, project: "auth" },
        ...{ environment: "staging", release: "1" },
      });
      expect([refused.status, refused.body.reason]).toEqual([503, "LedgerUnavailable"]);
      const read = await dave.get(`/v1/environments/staging?namespace=${workspace.namespace}`);
      expect(read.status).toBe(200);
      expect((await admin.get("/v1/audit")).status).toBe(503);
      await postgres.start();
    }
    over.abort();
    await writing;
    const ended = [...answers.values()].map((tries) => tries.at(-1)?.status ?? 0);
    expect(ended.filter((status) => status !== 201 && status !== 200)).toEqual([]);
    const refusals = [...answers.values()].flat().filter(({ status }) => status === 503);
    expect(new Set(refusals.map(({ body }) => body.reason))).toEqual(
      new Set(["LedgerUnavailable"]),
    );

    const list = JSON.parse(
      await workspace.kubectl.output(["-n", workspace.namespace, "get", "releases", "-o", "json"]),
    ) as { items: { spec: { commit: string } }[] };
    expect(list.items).toHaveLength(answers.size);
    await until(async () => (await readiness()).text === "ok\n");
    const { body } = await admin.get(`/v1/audit/export?namespace=${workspace.namespace}`);
    const entries = String(body)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as ToldEntry);
    const asked = entries.filter(({ event }) => event === "createReleaseAsked");
    const answered = entries.filter(
      ({ event, details }) => event === "createReleaseAnswered" && details.replayed !== true,
    );
    // No release without a word before it, and none that was answered is told twice.
    expect(asked.length).toBeGreaterThanOrEqual(list.items.length);
    expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
    expect(answered.length).toBeLessThanOrEqual(list.items.length);
    const verified = await admin.get("/v1/audit/verification");
    expect(verified.status).toBe(200);
    expect(verified.body).not.toHaveProperty("damage");
  });
});
