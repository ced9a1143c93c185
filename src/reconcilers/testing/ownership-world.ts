/** Projects and Releases of a few lines, in caches that are searched by the real indexes. */
import type { Project, Release } from "../../api/index.ts";
import type { OwnershipDeps } from "../image-ownership.ts";
import { indexes } from "../resources.ts";

let uids = 0;

function metadata(namespace: string, age: number) {
  uids += 1;
  return {
    ...{ name: `object-${uids}`, namespace, uid: `${uids}`, resourceVersion: "1", generation: 1 },
    creationTimestamp: new Date(Date.UTC(2026, 0, 1) - age * 1_000).toISOString(),
  };
}

/** @param age in seconds: more is older */
export function projectOfTest(
  namespace: string,
  path: string,
  age: number,
  more: { readonly registry?: string; readonly registries?: readonly string[] } & Pick<
    Project,
    "status"
  > = {},
): Project {
  const slash = path.lastIndexOf("/");
  const { registry, registries = [], status } = more;
  return {
    metadata: metadata(namespace, age),
    spec: {
      repository: path.slice(0, slash),
      name: path.slice(slash + 1),
      ...(registry !== undefined && { registry }),
      artifacts: { registries },
    },
    ...(status !== undefined && { status }),
  } as unknown as Project;
}

/** A Release that was packaged as `image`. */
export function releaseOfTest(
  namespace: string,
  image: string,
  age: number,
  artifacts: readonly string[] = [],
): Release {
  const [repository = "", project = ""] = image.split("/").slice(-2);
  return {
    metadata: metadata(namespace, age),
    spec: { repository, project, artifacts: artifacts.map((uri) => ({ uri })), source: {} },
    status: { image: { ref: `${image}:${"a".repeat(40)}`, digest: "sha256:0" } },
  } as unknown as Release;
}

export function ownershipDeps(
  projects: readonly Project[],
  releases: readonly Release[] = [],
  allowedPrefixes?: readonly string[],
): OwnershipDeps {
  const found = <T>(all: readonly T[], byName: Readonly<Record<string, unknown>>) => ({
    byIndex: (name: string, value: string) =>
      all.filter((each) => (byName[name] as (each: T) => readonly string[])(each).includes(value)),
  });
  return {
    settings: { registry: "reg.io/releases", insecureGitHosts: [], allowedPrefixes },
    caches: {
      projects: found(projects, indexes.projects),
      releases: found(releases, indexes.releases),
    },
  } as unknown as OwnershipDeps;
}
