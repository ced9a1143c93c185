/** A deployment as somebody asks for it: which release, judged before a pointer is written. */
import { isDeepStrictEqual } from "node:util";
import { isNotFound } from "../../controller/kube/index.ts";
import {
  type Environment,
  ForgeError,
  type Release,
  type ReleasePointer,
  type RequestType,
} from "../api/index.ts";
import type { Decision } from "../policy/index.ts";
import { resolveRelease, rollbackTarget } from "../query/index.ts";
import { changePointer } from "./change-pointer.ts";
import { isPending } from "./decision.ts";
import {
  deploymentsOf,
  findPointer,
  judgePlace,
  newSpec,
  type Place,
  pointerOf,
  releasesOf,
} from "./place.ts";
import type { Store, WriteOptions } from "./ports.ts";

/** @throws ForgeError EnvironmentNotFound, which lists those that there are */
export async function readEnvironment(store: Store, name: string): Promise<Environment> {
  try {
    return await store.get("Environment", name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const known = (await store.list("Environment")).map(({ metadata }) => metadata.name);
    throw new ForgeError(
      "EnvironmentNotFound",
      `namespace ${store.namespace} has no environment ${name}; it has ${known.join(", ") || "none"}`,
      { hint: "List them with: forge env list." },
    );
  }
}

/**
 * The number of what another environment has: of the one that is named, else of the only one that
 * the policy promotes from.
 * @throws ForgeError UsageInvalid where several could be meant, ReleaseNotFound
 */
export async function promotedRelease(
  store: Store,
  place: Place,
  given: string | undefined,
): Promise<string> {
  const from = given ?? onlySourceOf(await readEnvironment(store, place.environment));
  const source = await findPointer(store, from, place);
  const number = source?.status?.deployed?.number;
  if (number !== undefined) return String(number);
  throw new ForgeError("ReleaseNotFound", `${from} has no release of ${place.project}`, {
    hint: `Deploy one there first: forge deploy ${from} ${place.project} <release>.`,
  });
}

function onlySourceOf({ metadata, spec }: Environment): string {
  const names = spec.promotionPolicy.promotesFrom.map(({ environment }) => environment);
  const [only, another] = names;
  if (only !== undefined && another === undefined) return only;
  const said = names.length === 0 ? "from none by its policy" : `from ${names.join(", ")}`;
  throw new ForgeError("UsageInvalid", `${metadata.name} promotes ${said}`, {
    hint: "Say from where with --from <environment>.",
  });
}

/**
 * The number of what ran before, past what was itself rolled back from.
 * @throws ForgeError PointerNotFound, RollbackTargetNotFound
 */
export async function rolledBackRelease(store: Store, place: Place): Promise<string> {
  const { environment, project } = place;
  const pointer = pointerOf(place);
  const target = rollbackTarget(pointer, await deploymentsOf(store, place, environment));
  if (target !== undefined) return String(target.number);
  throw new ForgeError(
    "RollbackTargetNotFound",
    `${environment} ran no other image of ${project} to go back to`,
    { hint: `Look at what ran there with: forge history ${environment} ${project}.` },
  );
}

export interface DeploymentWish {
  readonly type: RequestType;
  /** Any identifier that the resolver takes. */
  readonly release: string;
  readonly reason?: string | undefined;
  /** Instead of a request of the caller's own, such as that which the pointer carries. */
  readonly request?: ReleasePointer["spec"]["request"];
}

/** What is asked for, and what the rules say of it now; nothing is written yet. */
export interface PlannedDeployment {
  readonly place: Place;
  readonly environment: Environment;
  readonly release: Release;
  /** The pointer as it would be. */
  readonly pointer: Pick<ReleasePointer, "spec" | "status">;
  readonly decision: Decision;
  /** Whether this very release is there, and asked for. */
  readonly isThere: boolean;
  /** Whether it may be asked for: allowed, or let in by approval or time alone. */
  readonly mayBeAsked: boolean;
}

/** @throws ForgeError of the environment, or of the resolver */
export async function planDeployment(
  store: Store,
  place: Place,
  { type, release: identifier, reason, request: given }: DeploymentWish,
  now: Date,
): Promise<PlannedDeployment> {
  const [environment, releases, { user: by }] = await Promise.all([
    readEnvironment(store, place.environment),
    releasesOf(store, place),
    store.whoAmI(),
  ]);
  const release = resolveRelease(identifier, releases);
  const id = store.origin?.requestId;
  const request = given ?? {
    ...{ type, by, ...(reason !== undefined && { reason }) },
    ...(id !== undefined && { id }),
  };
  const { image: _, ...kept } = place.pointer?.spec ?? newSpec(place);
  const spec = { ...kept, release: String(release.status?.number), request };
  const pointer = { spec, status: place.pointer?.status };
  const decision = await judgePlace(store, place, { environment, release, pointer }, now);
  return {
    ...{ place, environment, release, pointer, decision },
    isThere: place.pointer !== undefined && isThere(place.pointer, release),
    mayBeAsked: decision.allowed || isPending(decision),
  };
}

/** Asked for and carried out; what is only asked for may be said anew with another reason. */
function isThere({ spec, status }: ReleasePointer, { status: wanted }: Release): boolean {
  const digest = wanted?.image?.digest;
  return (
    status?.deployed?.digest === digest &&
    status?.resolved?.digest === digest &&
    status?.resolved?.identifier === spec.release
  );
}

/**
 * Writes what was planned, over the pointer that was read.
 * @throws ForgeError PointerChanged
 */
export function askFor(
  store: Store,
  { place, pointer }: Pick<PlannedDeployment, "place" | "pointer">,
  options: WriteOptions,
): Promise<ReleasePointer> {
  const { release, request } = pointer.spec;
  const wanted = (spec: ReleasePointer["spec"] | undefined) => {
    if (spec !== undefined && isSameWish(spec, pointer.spec)) return spec;
    const { image: _, ...kept } = spec ?? newSpec(place);
    return { ...kept, release, ...(request && { request }) };
  };
  return changePointer(store, place, wanted, options);
}

/** Asked for again, word by word: it stays the request that it was, with its id. */
function isSameWish(there: ReleasePointer["spec"], wanted: ReleasePointer["spec"]): boolean {
  const wish = ({ release, request, image }: ReleasePointer["spec"]) => {
    const { id: _, ...said } = request ?? { type: undefined };
    return { release, image, said };
  };
  return isDeepStrictEqual(wish(there), wish(wanted));
}
