import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { kinds } from "../../../src/api/index.ts";
import { describedRoutes, type Route } from "../../../src/server/index.ts";
import { type Controller, type Server, tokenOf } from "../../ground/index.ts";
import { type ApiAnswer, ApiClient, startServerFor } from "../ground/api-client.ts";
import { Journey } from "../ground/journey.ts";

/**
 * Every route there is, called by everybody who should get nothing: a route that is not in the
 * table of requests below fails, so none is added without a word on who may call it.
 */

const journey = new Journey("api-rights");
const place = { repository: journey.repository, project: "auth" };
const path = `${encodeURIComponent(journey.repository)}/auth`;
const id = encodeURIComponent(`${journey.repository}/auth/1`);

interface Row {
  readonly path: string;
  readonly body?: object;
  /** What somebody who may read all of it, and write nothing, is answered. */
  readonly reader: number;
  /** What somebody of another tenant is answered. */
  readonly stranger: number;
}

const reason = { justification: "Because" };
const requests: Readonly<Record<string, Row>> = {
  createRelease: {
    path: "/v1/releases",
    body: {
      ...place,
      namespace: journey.namespace,
      commit: "f".repeat(40),
      trigger: { type: "Manual" },
      source: { manifests: "a: b" },
    },
    reader: 403,
    stranger: 403,
  },
  listReleases: { path: `/v1/releases/${path}`, reader: 200, stranger: 404 },
  getRelease: { path: `/v1/releases/${path}/1`, reader: 200, stranger: 404 },
  requestDeployment: {
    path: "/v1/deployments",
    body: { ...place, environment: "testing", release: "1" },
    reader: 403,
    stranger: 404,
  },
  listDeployments: { path: `/v1/deployments/staging/${path}`, reader: 200, stranger: 404 },
  getDeployment: { path: `/v1/deployments/staging/${path}/1`, reader: 200, stranger: 404 },
  createApproval: {
    path: "/v1/approvals",
    body: { ...place, environment: "staging", release: "1", ...reason },
    reader: 403,
    stranger: 404,
  },
  getApprovals: { path: `/v1/approvals/${id}/staging`, reader: 200, stranger: 404 },
  rejectRelease: {
    path: `/v1/approvals/${id}/staging/reject`,
    body: reason,
    reader: 403,
    stranger: 404,
  },
  revokeApprovals: {
    path: `/v1/approvals/${id}/staging/revoke`,
    body: { reason: "Because", of: "bob" },
    reader: 403,
    stranger: 404,
  },
  getDecision: { path: `/v1/decisions/staging/${path}`, reader: 200, stranger: 404 },
  getMatrix: { path: "/v1/matrix", reader: 200, stranger: 200 },
  listEnvironments: { path: "/v1/environments", reader: 200, stranger: 200 },
  getEnvironment: {
    path: `/v1/environments/staging?namespace=${journey.namespace}`,
    reader: 200,
    stranger: 404,
  },
  listProjects: { path: "/v1/projects", reader: 200, stranger: 200 },
  getProject: { path: `/v1/projects/${path}`, reader: 200, stranger: 404 },
  exportAudit: { path: "/v1/audit/export", reader: 200, stranger: 200 },
  verifyAudit: { path: "/v1/audit/verification", reader: 403, stranger: 403 },
  listAudit: { path: "/v1/audit", reader: 200, stranger: 200 },
  streamEvents: { path: "/v1/events", reader: 200, stranger: 200 },
  getCaller: { path: "/v1/me", reader: 200, stranger: 200 },
  getRight: { path: "/v1/me/rights?verb=list&resource=releases", reader: 200, stranger: 200 },
  listKubernetesEvents: {
    path: `/v1/objects/events?namespace=${journey.namespace}`,
    // forge-view has none of Kubernetes' own events.
    reader: 403,
    stranger: 403,
  },
  ...objectRows(),
};

/** Objects are read and written live, by the caller's own token: the API server itself refuses. */
function objectRows(): Record<string, Row> {
  const { namespace } = journey;
  const digest = `sha256:${"d".repeat(64)}`;
  const specs: Readonly<Record<string, object>> = {
    Release: {
      ...place,
      commit: "e".repeat(40),
      trigger: { type: "Manual" },
      source: { manifests: "a: b" },
    },
    ReleasePointer: { ...place, environment: "testing", release: "1" },
    ReleaseApproval: {
      environment: "testing",
      release: { ...place, commit: "e".repeat(40), digest },
      decision: "Approve",
      ...reason,
    },
    Environment: { gitOps: { url: "https://git.example.com/gitops.git" } },
    Project: {},
    ReleaseDeployment: {},
  };
  const rows: Record<string, Row> = {};
  for (const { kind, plural } of kinds) {
    const spec = specs[kind];
    const list = `/v1/objects/${plural}`;
    const draft = { namespace, metadata: { name: "new" }, spec };
    const replacement = { namespace, metadata: { resourceVersion: "1" }, spec };
    const name = kind === "Environment" ? "testing" : "none";
    const reader = kind === "Environment" ? 403 : 404;
    rows[`list${kind}Objects`] = { path: list, reader: 200, stranger: 200 };
    rows[`get${kind}Object`] = {
      path: `${list}/none?namespace=${namespace}`,
      reader: 404,
      stranger: 403,
    };
    rows[`create${kind}Object`] = { path: list, body: draft, reader: 403, stranger: 403 };
    // Read before it is written: what is not there is not there.
    rows[`replace${kind}Object`] = {
      path: `${list}/${name}`,
      body: replacement,
      reader,
      stranger: 403,
    };
  }
  const unwritten = ["Project", "ReleaseDeployment"];
  const created = [...unwritten, "Environment"];
  const replaced = [...unwritten, "Release"];
  for (const kind of created) delete rows[`create${kind}Object`];
  for (const kind of replaced) delete rows[`replace${kind}Object`];
  return rows;
}

const rowOf = (operation: string): Row => {
  const row = requests[operation];
  if (row === undefined) throw new Error(`${operation} has no row: who may call it?`);
  return row;
};

describe("who may call what", () => {
  const routes = describedRoutes();
  const operations = routes.map(({ operation }) => operation);
  let controller: Controller;
  let server: Server;

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.bind("carol", "forge-view");
    await journey.apply(journey.environment("staging"), journey.environment("testing"));
    controller = await journey.controller();
    server = await startServerFor(journey, {
      args: [`--ledger=${journey.ground.folder}/${journey.namespace}.db`],
    });
    await journey.released();
    const alice = ApiClient.as(server, journey, "alice");
    await present(alice, `/v1/releases/${path}/1`, ({ status }) => status?.image);
    await alice.post("/v1/deployments", { ...place, environment: "staging", release: "1" });
    await journey.deployed("staging", 1);
    const bob = ApiClient.as(server, journey, "bob");
    await bob.post("/v1/approvals", { ...place, environment: "staging", release: "1", ...reason });
    await present(alice, `/v1/deployments/staging/${path}`, ({ items }) => items?.[0]);
  });

  afterAll(async () => {
    await server.process.stop();
    await controller.process.stop();
  });

  /** The status, and the text where there is an end to it. */
  async function ask(operation: string, token: string | undefined) {
    const { method } = routes.find((known) => known.operation === operation) as Route;
    const { path: target, body } = rowOf(operation);
    const stop = new AbortController();
    const answer = await fetch(server.url + target, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: stop.signal,
    });
    const text = operation === "streamEvents" ? "" : await answer.text();
    stop.abort();
    return { status: answer.status, text };
  }

  test("every route has a row, and every row a route", () => {
    expect(Object.keys(requests).toSorted()).toEqual(operations.toSorted());
  });

  test.each(operations)("%s: nobody", async (operation) => {
    expect(await ask(operation, undefined)).toMatchObject({ status: 401 });
  });

  test.each(operations)("%s: a token of nobody", async (operation) => {
    expect(await ask(operation, "garbage.garbage.garbage")).toMatchObject({ status: 401 });
  });

  test.each(operations)("%s: who reads alone", async (operation) => {
    const answer = await ask(operation, tokenOf(journey.ground.people.carol));
    expect(answer).toMatchObject({ status: rowOf(operation).reader });
  });

  test.each(operations)("%s: another tenant", async (operation) => {
    const { status, text } = await ask(operation, tokenOf(journey.ground.people.dave));
    expect(status).toBe(rowOf(operation).stranger);
    // A refusal may say what was asked for again; an answer tells nothing of it.
    expect(status === 200 ? text : "").not.toContain(journey.namespace);
  });

  describe("each kind of information asks for its own right", () => {
    const staging = `staging/${path}`;
    const rows: readonly {
      readonly may: string;
      readonly route: string;
      readonly status?: number;
      readonly lacks?: RegExp;
      readonly because: string;
    }[] = [
      {
        ...{
          may: "releasepointers",
          route: "/v1/matrix",
          lacks: /"(latest|behind|since|by|order)":/,
        },
        because: "columns are environments, numbers releases, and people stand in records",
      },
      {
        ...{ may: "releasepointers", route: `/v1/decisions/${staging}`, status: 403 },
        because: "a decision tells of environments, releases and approvals",
      },
      {
        ...{ may: "releaseapprovals", route: `/v1/approvals/${id}/staging`, status: 403 },
        because: "how many approvals are required stands in the environment",
      },
      {
        ...{
          may: "releasedeployments",
          route: `/v1/deployments/${staging}`,
          lacks: /"pointer":\{/,
        },
        because: "the pointer is an object of its own",
      },
      {
        ...{ may: "releasedeployments", route: "/v1/audit?limit=200" },
        lacks: /"kind":"(Release|Approval|Decision)"/,
        because: "entries tell of releases, approvals and decisions",
      },
      {
        ...{ may: "releasedeployments", route: "/v1/audit/export" },
        lacks: /"kind":"(Release|Approval|Decision)"/,
        because: "entries tell of releases, approvals and decisions",
      },
    ];

    test.each(rows)("$route to somebody who may list $may: $because", async (row) => {
      const { may, route, status = 200, lacks = /nothing of it/ } = row;
      const client = new ApiClient(server.url, await tokenFor(may));
      const tells = ({ body }: ApiAnswer) =>
        lacks.test(typeof body === "string" ? body : JSON.stringify(body));
      const answer = await client.get(route);
      expect([answer.status, tells(answer)]).toEqual([status, false]);
      const whole = await ApiClient.as(server, journey, "carol").get(route);
      expect([whole.status, tells(whole)]).toEqual([200, status === 200]);
    });

    async function tokenFor(plural: string): Promise<string> {
      const { kubectl, namespace } = journey;
      const own = ["-n", namespace];
      const dry = ["--dry-run=client", "-o", "json"];
      const objects = await Promise.all([
        kubectl.output([...own, "create", "serviceaccount", plural, ...dry]),
        kubectl.output([
          ...[...own, "create", "role", plural, "--verb=list", `--resource=${plural}.forge.dev`],
          ...dry,
        ]),
        kubectl.output([
          ...[...own, "create", "rolebinding", plural, `--role=${plural}`],
          ...[`--serviceaccount=${namespace}:${plural}`, ...dry],
        ]),
      ]);
      await journey.apply(...objects.map((text) => JSON.parse(text) as object));
      return (await kubectl.output([...own, "create", "token", plural])).trim();
    }
  });

  test.each(["bm90aGluZw", "WyJhIl0", "Wy0xXQ", "WzEuNV0", "WzFlMzBd", "WzEsMl0", "%20"])(
    "%s is no cursor of the audit",
    async (cursor) => {
      const alice = ApiClient.as(server, journey, "alice");
      const { status, body } = await alice.get(`/v1/audit?cursor=${cursor}`);
      expect([status, body.reason, body.errors]).toMatchObject([
        ...[400, "RequestInvalid"],
        [{ field: "cursor" }],
      ]);
    },
  );

  test("an open document tells what there is, and nothing of anybody", async () => {
    const document = await fetch(`${server.url}/openapi.json`);
    expect(document.status).toBe(200);
    const { paths } = (await document.json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const described = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(described.toSorted()).toEqual(operations.toSorted());
  });
});

/** Waits until the caches have what was just written. */
async function present(
  client: ApiClient,
  path: string,
  pick: (body: ApiAnswer["body"]) => unknown,
): Promise<void> {
  await vi.waitFor(
    async () => {
      if (pick((await client.get(path)).body) === undefined)
        throw new Error(`${path} is not there`);
    },
    { timeout: 20_000 },
  );
}
