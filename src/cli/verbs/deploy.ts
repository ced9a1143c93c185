/** deploy, promote and rollback: one request of a pointer, judged before it is made. */
import { isNotFound } from "../../../controller/kube/index.ts";
import {
  type Environment,
  ForgeError,
  type Release,
  type ReleasePointer,
  type RequestType,
} from "../../api/index.ts";
import type { Decision } from "../../policy/index.ts";
import { resolveRelease, rollbackTarget } from "../../query/index.ts";
import { awaitDeployment } from "../await-deployment.ts";
import { changePointer } from "../change-pointer.ts";
import {
  identityOf,
  isPending,
  nextStep,
  refusalsOf,
  releaseText,
  rulesText,
} from "../decision-text.ts";
import { printObject, printValue } from "../output/print.ts";
import { stylesFor } from "../output/style.ts";
import {
  deploymentsOf,
  findPlace,
  findPointer,
  judgePlace,
  newSpec,
  type Place,
  pointerOf,
  releasesOf,
} from "../place.ts";
import type { Backend } from "../ports.ts";
import { type Call, required, type Session, tell } from "../session.ts";

export interface DeployOptions {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
}

export async function deploy(session: Session, call: Call<DeployOptions>): Promise<void> {
  const place = await placeOf(session, call);
  await ask(session, place, "Deploy", required(call, "release"), call.options);
}

/** What another environment has, into this one. */
export async function promote(
  session: Session,
  call: Call<DeployOptions & { readonly from?: string }>,
): Promise<void> {
  const { backend } = session;
  const place = await placeOf(session, call);
  const environment = await readEnvironment(backend, place.environment);
  const from = call.options.from ?? sourceOf(environment);
  const source = await findPointer(backend, from, place);
  const number = source?.status?.deployed?.number;
  if (number === undefined) {
    throw new ForgeError("ReleaseNotFound", `${from} has no release of ${place.project}`, {
      hint: `Deploy one there first: forge deploy ${from} ${place.project} <release>.`,
    });
  }
  await ask(session, place, "Promote", String(number), call.options);
}

export async function rollback(
  session: Session,
  call: Call<DeployOptions & { readonly to?: string }>,
): Promise<void> {
  const place = await placeOf(session, call);
  const { environment, project } = place;
  const pointer = pointerOf(place);
  const target =
    call.options.to ??
    rollbackTarget(pointer, await deploymentsOf(session.backend, place, environment))?.number;
  if (target === undefined) {
    throw new ForgeError(
      "RollbackTargetNotFound",
      `${environment} ran no other image of ${project} to go back to`,
      { hint: `Look at what ran there with: forge history ${environment} ${project}.` },
    );
  }
  await ask(session, place, "Rollback", String(target), call.options);
}

function placeOf({ backend }: Session, call: Call<unknown>): Promise<Place> {
  return findPlace(backend, required(call, "environment"), required(call, "project"));
}

function sourceOf({ metadata, spec }: Environment): string {
  const names = spec.promotionPolicy.promotesFrom.map(({ environment }) => environment);
  const [only, another] = names;
  if (only !== undefined && another === undefined) return only;
  const said = names.length === 0 ? "from none by its policy" : `from ${names.join(", ")}`;
  throw new ForgeError("UsageInvalid", `${metadata.name} promotes ${said}`, {
    hint: "Say from where with --from <environment>.",
  });
}

/** @throws ForgeError EnvironmentNotFound, which lists those that there are */
export async function readEnvironment(backend: Backend, name: string): Promise<Environment> {
  try {
    return await backend.get("Environment", name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const known = (await backend.list("Environment")).map(({ metadata }) => metadata.name);
    throw new ForgeError(
      "EnvironmentNotFound",
      `namespace ${backend.namespace} has no environment ${name}; it has ${known.join(", ") || "none"}`,
      { hint: "List them with: forge env list." },
    );
  }
}

async function ask(
  session: Session,
  place: Place,
  type: RequestType,
  identifier: string,
  options: DeployOptions,
): Promise<void> {
  const { backend, terminal } = session;
  const [environment, releases, { user: by }] = await Promise.all([
    readEnvironment(backend, place.environment),
    releasesOf(backend, place),
    backend.whoAmI(),
  ]);
  const release = resolveRelease(identifier, releases);
  const { reason } = options;
  const request = { type, by, ...(reason !== undefined && { reason }) };
  if (place.pointer !== undefined && isThere(place.pointer, release)) {
    tell(session, `${releaseText(identityOf(release))} is in ${place.environment} already.`);
    return printObject(session, place.pointer, () => "");
  }
  const wanted = (spec: ReleasePointer["spec"] | undefined) => {
    const { image: _, ...kept } = spec ?? newSpec(place);
    return { ...kept, release: String(release.status?.number), request };
  };
  const pointer = { spec: wanted(place.pointer?.spec), status: place.pointer?.status };
  const question = { environment, release, pointer };
  const decision = await judgePlace(backend, place, question, terminal.now());
  const isAllowed = decision.allowed || isPending(decision);
  if (options.dryRun) {
    if (isAllowed) await changePointer(backend, place, wanted, { dryRun: true });
    await printDecision(session, place, question, decision);
  }
  if (!isAllowed) throw refusal(place, release, decision);
  if (options.dryRun) return;
  const written = await changePointer(backend, place, wanted, { dryRun: false });
  await finish(session, place, release, { written, decision, type }, options);
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

function refusal(place: Place, release: Release, decision: Decision): ForgeError {
  const refused = refusalsOf(decision);
  const name = releaseText(identityOf(release));
  const why = refused.map(({ reason, message }) => `${reason}: ${message}`).join(" ");
  return new ForgeError("DeploymentRefused", `${name} may not go to ${place.environment}. ${why}`, {
    hint: nextStep(refused, place, release.status?.number),
  });
}

async function printDecision(
  session: Session,
  { environment, repository, project }: Place,
  {
    release,
    pointer,
  }: { readonly release: Release; readonly pointer: Pick<ReleasePointer, "spec"> },
  { approvals: _, ...decision }: Decision,
): Promise<void> {
  const { stdout, env } = session.terminal;
  const identity = identityOf(release);
  const { request } = pointer.spec;
  const value = { environment, repository, project, release: identity, request, decision };
  await printValue(session, value, () => {
    const may = decision.allowed ? "may go" : "may not go";
    const head = `${releaseText(identity)} of ${project} ${may} to ${environment}:\n`;
    return head + rulesText(decision, stylesFor(stdout, env));
  });
}

const acts: Readonly<Record<RequestType, string>> = {
  Deploy: "Deploying",
  Promote: "Promoting",
  Rollback: "Rolling back to",
};

async function finish(
  session: Session,
  place: Place,
  release: Release,
  asked: {
    readonly written: ReleasePointer;
    readonly decision: Decision;
    readonly type: RequestType;
  },
  options: DeployOptions,
): Promise<void> {
  const { environment, project } = place;
  const { written, decision, type } = asked;
  const name = releaseText(identityOf(release));
  const was = place.pointer?.status?.deployed;
  const instead = was === undefined ? "" : `, instead of ${releaseText(was)}`;
  tell(session, `${acts[type]} ${name} of ${project} in ${environment}${instead}.`);
  if (options.wait) {
    const done = await awaitDeployment(session, written, options.timeout);
    const { commit } = done.status?.git ?? {};
    tell(session, `${name} is in ${environment}, by commit ${commit}.`);
    return printObject(session, done, () => "");
  }
  await printObject(session, written, () => "");
  if (decision.allowed) return;
  const refused = refusalsOf(decision);
  throw new ForgeError(
    "DeploymentPending",
    `asked for, and waiting. ${refused.map(({ message }) => message).join(" ")}`,
    { hint: nextStep(refused, place, release.status?.number) },
  );
}
