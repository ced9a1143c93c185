import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type OidcIssuer, type Server, startOidcIssuer } from "../../ground/index.ts";
import { ApiClient, startServerFor } from "../ground/api-client.ts";
import { type ForgeObject, Workspace } from "../ground/workspace.ts";

const audience = "forge";

interface WithIssuer {
  readonly issuer: OidcIssuer;
  /** Takes the issuer's tokens. */
  readonly server: Server;
  stop(): Promise<void>;
}

async function startWithIssuer(
  workspace: Workspace,
  args: readonly string[],
  name = "server",
): Promise<WithIssuer> {
  const issuer = await startOidcIssuer(audience);
  const oidc = [`--oidc-issuer=${issuer.url}`, `--oidc-audience=${audience}`];
  const server = await startServerFor(workspace, { name, args: [...oidc, ...args] });
  const stop = async () => {
    await server.process.stop();
    await issuer.stop();
  };
  return { issuer, server, stop };
}

/**
 * erin is known to an OpenID Connect issuer, and to no API server. She may write what RBAC gives to
 * `oidc:erin`, and the group `oidc:sre` reads.
 */
describe("people whom the API server does not know", () => {
  const workspace = new Workspace("impersonation");
  const role = `impersonator-${workspace.namespace}`;
  let issuer: OidcIssuer;
  let server: Server;
  let stop: () => Promise<void>;

  const bearing = (token: string) => new ApiClient(server.url, token);
  const erin = (claims: object = {}) =>
    bearing(issuer.token({ sub: "erin", groups: ["sre", "unlisted"], ...claims }));
  const bindTo = (kind: "user" | "group", name: string, clusterRole: string) =>
    workspace.kubectl.output([
      ...["-n", workspace.namespace, "create", "rolebinding", `${kind}-${clusterRole}`],
      ...[`--clusterrole=${clusterRole}`, `--${kind}=${name}`],
    ]);

  beforeAll(async () => {
    await workspace.create();
    await workspace.apply(workspace.environment("staging"), workspace.project("auth"));
    await bindTo("group", "oidc:sre", "forge-view");
    await bindTo("user", "oidc:erin", "forge-deployer");
    // As the chart gives them to the server's account.
    const rbac = "rbac.authorization.k8s.io";
    await workspace.apply(
      {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRole",
        metadata: { name: role },
        rules: [
          { apiGroups: [""], resources: ["users"], verbs: ["impersonate"] },
          {
            ...{ apiGroups: [""], resources: ["groups"], verbs: ["impersonate"] },
            resourceNames: ["oidc:sre"],
          },
        ],
      },
      {
        apiVersion: `${rbac}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: role },
        roleRef: { apiGroup: rbac, kind: "ClusterRole", name: role },
        subjects: [{ apiGroup: rbac, kind: "User", name: "forge-server" }],
      },
    );
    ({ issuer, server, stop } = await startWithIssuer(workspace, [
      `--ledger=${join(workspace.ground.folder, `${workspace.namespace}.db`)}`,
      ...["--oidc-groups-claim=groups", "--oidc-group=oidc:sre"],
    ]));
  });

  afterAll(async () => {
    await stop();
    await workspace.kubectl.output(["delete", "clusterrolebinding,clusterrole", role]);
  });

  const seenBy = async (client: ApiClient) => {
    const { body } = await client.get(`/v1/objects/environments?namespace=${workspace.namespace}`);
    return body.items.map(({ metadata }: ForgeObject) => metadata.name);
  };
  const draft = (name: string) => ({
    namespace: workspace.namespace,
    metadata: { name },
    spec: {
      ...{ environment: "staging", repository: workspace.repository },
      ...{ project: name, release: "1", suspend: true },
      request: { type: "Deploy" },
    },
  });

  test("are told who they are, and who speaks for them", async () => {
    const { status, body } = await erin().get("/v1/me");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ user: "oidc:erin", impersonatedBy: "forge-server" },
      groups: ["oidc:sre"],
    });
  });

  test("read what their groups may, and write what they may: RBAC and the policies judge them", async () => {
    expect(await seenBy(erin())).toEqual(["staging"]);
    const frank = erin({ sub: "frank", groups: [] });
    expect(await seenBy(frank)).toEqual([]);
    const refused = await frank.post("/v1/objects/releasepointers", draft("frank"));
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      expect.stringContaining("oidc:frank"),
    ]);
    const reader = erin({ sub: "frank" });
    expect(await seenBy(reader)).toEqual(["staging"]);
    expect((await reader.post("/v1/objects/releasepointers", draft("frank"))).status).toBe(403);
    const made = await erin().post("/v1/objects/releasepointers", draft("auth"));
    expect(made.status).toBe(201);
    // The API server itself wrote who asked.
    expect(made.body.spec.request.by).toBe("oidc:erin");
  });

  test("stand in the ledger beside who spoke for them", async () => {
    const { body } = await erin().get(
      `/v1/audit?namespace=${workspace.namespace}&kind=Action&actor=oidc:erin`,
    );
    expect(body.items.length).toBeGreaterThan(0);
    for (const { actor, details } of body.items) {
      expect([actor, details.impersonatedBy]).toEqual(["oidc:erin", "forge-server"]);
    }
  });

  const now = Math.floor(Date.now() / 1_000);
  test.each([
    { because: "it is over", token: () => issuer.token({ sub: "erin", exp: now - 60 }) },
    { because: "it has no end", token: () => issuer.token({ sub: "erin", exp: undefined }) },
    { because: "it is for another", token: () => issuer.token({ sub: "erin", aud: "shop" }) },
    { because: "it is of another", token: () => issuer.token({ sub: "erin", iss: "https://x.y" }) },
    { because: "another signed it", token: () => issuer.forged({ sub: "erin" }) },
    { because: "nobody signed it", token: () => issuer.unsigned({ sub: "erin" }) },
    {
      because: "it says that a shared secret signed it",
      token: () => issuer.token({ sub: "erin" }, { alg: "HS256" }),
    },
    { because: "it names nobody", token: () => issuer.token({ email: "erin@company.com" }) },
    { because: "it begins later", token: () => issuer.token({ sub: "erin", nbf: now + 600 }) },
    { because: "its name would end a header", token: () => issuer.token({ sub: "e\r\nx: y" }) },
    { because: "its name would be trimmed", token: () => issuer.token({ sub: "erin " }) },
  ])("a token is nobody's when $because", async ({ token }) => {
    const { status, body } = await bearing(token()).get("/v1/me");
    expect([status, body.reason]).toEqual([401, "Unauthenticated"]);
    expect(JSON.stringify(body)).not.toContain(token().split(".")[1]);
  });

  test("a key that is new is found", async () => {
    issuer.rotate();
    // After the pause in which a flood of unknown keys asks the issuer nothing.
    await expect
      .poll(async () => (await erin({ sub: "grace" }).get("/v1/me")).body.user, {
        timeout: 60_000,
        interval: 1_000,
      })
      .toBe("oidc:grace");
  });

  test("service accounts and people of the cluster go on as before", async () => {
    const alice = ApiClient.as(server, workspace, "alice");
    const { body } = await alice.get("/v1/me");
    expect(body.user).toBe("alice");
    expect(body).not.toHaveProperty("impersonatedBy");
  });
});

describe("without a prefix", () => {
  const workspace = new Workspace("impersonation-bare");
  let issuer: OidcIssuer;
  let server: Server;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    ({ issuer, server, stop } = await startWithIssuer(workspace, [
      ...["--oidc-prefix=", "--oidc-groups-claim=groups", "--oidc-group=staff"],
    ]));
  });

  afterAll(() => stop());

  test.each([
    "system:admin",
    "system:serviceaccount:kube-system:default",
    "SYSTEM:node:one",
    " system:admin",
  ])("nobody becomes %j", async (sub) => {
    const client = new ApiClient(server.url, issuer.token({ sub }));
    expect((await client.get("/v1/me")).status).toBe(401);
  });

  test("nobody enters a group of the cluster's own", async () => {
    const groups = ["system:masters", "staff"];
    const client = new ApiClient(server.url, issuer.token({ sub: "heidi", groups }));
    const { body } = await client.get("/v1/me");
    expect(body.groups).toEqual(["staff"]);
  });

  test("an issuer that is gone is no refusal", async () => {
    const gone = await startWithIssuer(workspace, [], "gone");
    await gone.issuer.stop();
    const client = new ApiClient(gone.server.url, gone.issuer.token({ sub: "ivan" }));
    const { status, body } = await client.get("/v1/me");
    expect([status, body.reason]).toEqual([503, "IssuerUnreachable"]);
    await gone.server.process.stop();
  });
});

describe("people by their email addresses", () => {
  const workspace = new Workspace("impersonation-email");
  let issuer: OidcIssuer;
  let server: Server;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    ({ issuer, server, stop } = await startWithIssuer(workspace, ["--oidc-username-claim=email"]));
  });

  afterAll(() => stop());

  test.each([
    { claims: {}, status: 200, because: "the issuer says nothing of it" },
    { claims: { email_verified: true }, status: 200, because: "it is verified" },
    { claims: { email_verified: false }, status: 401, because: "it is not" },
    { claims: { email_verified: "true" }, status: 401, because: "a text is no yes" },
  ])("$status, because $because", async ({ claims, status }) => {
    const token = issuer.token({ sub: "7", email: "erin@company.com", ...claims });
    expect((await new ApiClient(server.url, token).get("/v1/me")).status).toBe(status);
  });
});
