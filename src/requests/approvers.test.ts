import { describe, expect, test } from "vitest";
import { KubeError, type KubeObject, type Resource } from "../../controller/kube/index.ts";
import { approversOf } from "./approvers.ts";

const { signal } = new AbortController();
const place = { namespace: "team", environment: "production" };

interface World {
  readonly [plural: string]: readonly object[] | "forbidden";
}

const rbacGroup = "rbac.authorization.k8s.io/v1";

function role(kind: "Role" | "ClusterRole", name: string, rule: object): object {
  return { apiVersion: rbacGroup, kind, metadata: { name }, rules: [rule] };
}

const approve = { verbs: ["approve"], apiGroups: ["forge.dev"], resources: ["environments"] };

function binding(name: string, roleRef: string, ...users: readonly string[]): object {
  const [kind = "", of = ""] = roleRef.split(" ");
  const subjects = users.map((user) => ({ kind: "User", name: user }));
  return {
    apiVersion: rbacGroup,
    kind: "RoleBinding",
    metadata: { name },
    roleRef: { kind, name: of },
    subjects,
  };
}

/** What the API server answers with, kind by kind. */
function asked(world: World) {
  const listAll = async ({ plural }: Resource) => {
    const items = world[plural] ?? [];
    if (items === "forbidden") throw new KubeError("Forbidden", "no", { status: 403 });
    return { items: items as KubeObject[], resourceVersion: "1" };
  };
  return approversOf({ listAll: listAll as never }, place, signal);
}

describe("approversOf", () => {
  test.each([
    { because: "the rule says so", rule: approve, found: ["bob"] },
    {
      because: "it names the environment",
      rule: { ...approve, resourceNames: ["production"] },
      found: ["bob"],
    },
    { because: "it names another", rule: { ...approve, resourceNames: ["staging"] }, found: [] },
    { because: "it is another verb", rule: { ...approve, verbs: ["deploy"] }, found: [] },
    {
      because: "everything is everything",
      rule: { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
      found: ["bob"],
    },
    { because: "it is another group", rule: { ...approve, apiGroups: [""] }, found: [] },
  ])("$found, because $because", async ({ rule, found }) => {
    const { approvers, unknown } = await asked({
      roles: [role("Role", "own", rule)],
      rolebindings: [binding("bound", "Role own", "bob")],
    });
    expect(approvers.map(({ name }) => name)).toEqual(found);
    expect(unknown).toEqual([]);
  });

  test("forge's own role is known where ClusterRoles may not be read", async () => {
    const answer = await asked({
      clusterroles: "forbidden",
      clusterrolebindings: "forbidden",
      rolebindings: [
        binding("one", "ClusterRole forge-approver", "bob"),
        binding("two", "ClusterRole theirs", "carol"),
      ],
    });
    expect(answer).toEqual({
      approvers: [
        {
          ...{ kind: "User", name: "bob" },
          ...{ binding: "RoleBinding one", role: "ClusterRole forge-approver" },
        },
      ],
      unknown: [
        "clusterrolebindings: you may not list them",
        "clusterroles: you may not list them",
      ],
    });
  });

  test("what the cluster says of that role goes before", async () => {
    const { approvers } = await asked({
      clusterroles: [role("ClusterRole", "forge-approver", { ...approve, verbs: ["get"] })],
      rolebindings: [binding("one", "ClusterRole forge-approver", "bob")],
    });
    expect(approvers).toEqual([]);
  });

  test("each is told once, and no more than a hundred", async () => {
    const people = Array.from({ length: 120 }, (_, index) => `user-${index}`);
    const { approvers, unknown } = await asked({
      roles: [role("Role", "own", approve)],
      rolebindings: [binding("one", "Role own", ...people), binding("two", "Role own", ...people)],
    });
    expect(approvers).toHaveLength(100);
    expect(unknown).toEqual(["20 more"]);
  });

  test("another failure is one", async () => {
    const listAll = () => Promise.reject(new KubeError("Unreachable", "away"));
    await expect(approversOf({ listAll }, place, signal)).rejects.toThrow("away");
  });
});
