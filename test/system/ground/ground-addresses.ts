import type { ControlPlane, GitServer, Kubectl, Registry } from "../../ground/index.ts";

/** What every system test runs against; each test makes a namespace and repositories of its own. */
export interface GroundAddresses extends PlaneAddresses {
  readonly folder: string;
  readonly registry: string;
  readonly gitUrl: string;
  readonly gitRoot: string;
  readonly gitCredentials: { readonly username: string; readonly password: string };
}

/** Of an API server, for those who have something to do there. */
export interface PlaneAddresses {
  readonly apiServer: string;
  /** For the administrator. */
  readonly kubeconfig: string;
  /** For the user that the controller runs as, with the ClusterRole forge-controller alone. */
  readonly controllerKubeconfig: string;
  /** For the user that the server runs as, with the ClusterRole forge-server alone. */
  readonly serverKubeconfig: string;
  /** For people without any right: tests bind them to roles in namespaces of their own. */
  readonly people: Readonly<Record<Person, string>>;
  readonly auditLog: string;
}

declare module "vitest" {
  export interface ProvidedContext {
    ground: GroundAddresses;
  }
}

const people = ["alice", "bob", "carol", "dave"] as const;
export type Person = (typeof people)[number];

/** Each is a user, and the ClusterRole of what that user may. */
const programs = ["forge-controller", "forge-server"] as const;

/** Users of an API server, without any right or group. */
export const groundUsers: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...people, ...programs].map((name) => [name, []]),
);

export const gitCredentials = { username: "forge", password: "s3cret-of-the-tests" } as const;

/** Gives the programs what they may, as the chart does. */
export async function bindPrograms(kubectl: Kubectl): Promise<void> {
  for (const user of programs) {
    const binding = ["clusterrolebinding", user, `--clusterrole=${user}`, `--user=${user}`];
    await kubectl.output(["create", ...binding]);
  }
  const role = "forge-controller-admission";
  const binding = ["clusterrolebinding", role, `--clusterrole=${role}`, "--user=forge-controller"];
  await kubectl.output(["create", ...binding]);
}

/** Lets the controller read an agent's objects in a namespace, as the chart does. */
export async function bindAgent(
  kubectl: Kubectl,
  namespace: string,
  agent: "argocd" | "flux",
): Promise<void> {
  const role = `forge-controller-${agent}`;
  const binding = ["rolebinding", role, `--clusterrole=${role}`, "--user=forge-controller"];
  await kubectl.output(["-n", namespace, "create", ...binding]);
}

/** An API server with the users of the ground, however it was started. */
type Plane = Pick<ControlPlane, "url" | "kubeconfig" | "kubeconfigFor"> &
  Partial<Pick<ControlPlane, "auditLog">>;

export function planeAddresses(plane: Plane): PlaneAddresses {
  return {
    apiServer: plane.url,
    kubeconfig: plane.kubeconfig,
    controllerKubeconfig: plane.kubeconfigFor("forge-controller"),
    serverKubeconfig: plane.kubeconfigFor("forge-server"),
    people: Object.fromEntries(
      people.map((name) => [name, plane.kubeconfigFor(name)]),
    ) as GroundAddresses["people"],
    // Nothing is in it where the cluster keeps its audit log to itself.
    auditLog: plane.auditLog ?? "/dev/null",
  };
}

/** @param git takes the credentials of the ground */
export function groundAddresses(
  folder: string,
  plane: Plane,
  registry: Registry,
  git: GitServer,
): GroundAddresses {
  return {
    ...planeAddresses(plane),
    ...{ folder, gitCredentials },
    registry: registry.host,
    gitUrl: git.url,
    gitRoot: git.root,
  };
}
