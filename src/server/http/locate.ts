/** Finds the project that a path or a body names, among all that the caller may see. */
import { ForgeError, projectPath } from "../../api/index.ts";
import type { Access } from "../caller/access.ts";
import type { Caller } from "../caller/caller.ts";
import { type Locator, projectNotFound } from "../cluster/locator.ts";
import { ProblemError } from "./problem.ts";
import type { Located, Route } from "./route.ts";
import { type Candidate, encodedPath } from "./router.ts";

export interface LocatedCandidate extends Candidate {
  readonly located: Located | undefined;
}

/**
 * The one candidate whose project the caller may see.
 * @throws ForgeError ProjectNotFound, AmbiguousPath
 */
export async function locateCandidate(
  locator: Locator,
  caller: Caller,
  candidates: readonly Candidate[],
  namespace: string | undefined,
): Promise<LocatedCandidate> {
  const found: LocatedCandidate[] = [];
  for (const candidate of candidates) {
    const { repository, project } = candidate.params;
    if (repository === undefined || project === undefined) {
      return { ...candidate, located: undefined };
    }
    const reads = candidate.route.needs?.reads ?? "projects";
    const wanted = { repository, project, namespace, reads };
    const located = await locator.find(caller, wanted);
    if (located !== undefined) found.push({ ...candidate, located });
  }
  const [only, another] = found;
  if (only === undefined) {
    const { repository = "", project = "" } = candidates[0]?.params ?? {};
    throw projectNotFound({ repository, project });
  }
  if (another === undefined) return only;
  const meant = found.map(({ params }) =>
    projectPath(params["repository"] ?? "", params["project"] ?? ""),
  );
  throw new ProblemError("AmbiguousPath", `the path may mean ${meant.join(" or ")}`, {
    hint: `Write ${found.map(encodedPath).join(" or ")}.`,
  });
}

/** The project that a body names; one that does not exist yet is in the namespace of the body. */
export async function locateBody(
  locator: Locator,
  caller: Caller,
  route: Route,
  body: object,
): Promise<Located | undefined> {
  const { repository, project, namespace } = body as Partial<Located>;
  if (repository === undefined || project === undefined) return undefined;
  const reads = route.needs?.reads ?? "projects";
  const wanted = { repository, project, namespace, reads };
  const found = await locator.find(caller, wanted);
  return found ?? (namespace === undefined ? undefined : { repository, project, namespace });
}

/**
 * Each kind of object that an answer tells of needs its own right.
 * @throws ForgeError AccessDenied
 */
export async function checkReads(
  access: Pick<Access, "readable">,
  caller: Caller,
  { needs }: Route,
  { namespace }: Located,
): Promise<void> {
  for (const plural of needs?.also ?? []) await checkRead(access, caller, plural, namespace);
}

/** @throws ForgeError AccessDenied */
export async function checkRead(
  access: Pick<Access, "readable">,
  caller: Caller,
  plural: string,
  namespace: string,
): Promise<void> {
  const readable = await access.readable(caller, plural, [namespace]);
  if (readable.has(namespace)) return;
  const said = `${caller.user} may not list ${plural} in namespace ${namespace}`;
  throw new ForgeError("AccessDenied", said);
}
