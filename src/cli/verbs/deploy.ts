/** deploy, promote and rollback: one request of a pointer, judged before it is made. */
import { ForgeError, type ReleasePointer, type RequestType } from "../../api/index.ts";
import {
  askFor,
  findPlace,
  identityOf,
  type Place,
  type PlannedDeployment,
  planDeployment,
  pointerOf,
  promotedRelease,
  refusalsOf,
  rolledBackRelease,
} from "../../requests/index.ts";
import { awaitDeployment } from "../await-deployment.ts";
import { nextStep, releaseText, rulesText } from "../decision-text.ts";
import { printObject, printValue } from "../output/print.ts";
import { stylesFor } from "../output/style.ts";
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
  const place = await placeOf(session, call);
  const release = await promotedRelease(session.backend, place, call.options.from);
  await ask(session, place, "Promote", release, call.options);
}

export async function rollback(
  session: Session,
  call: Call<DeployOptions & { readonly to?: string }>,
): Promise<void> {
  const place = await placeOf(session, call);
  pointerOf(place);
  const release = call.options.to ?? (await rolledBackRelease(session.backend, place));
  await ask(session, place, "Rollback", release, call.options);
}

function placeOf({ backend }: Session, call: Call<unknown>): Promise<Place> {
  return findPlace(backend, required(call, "environment"), required(call, "project"));
}

async function ask(
  session: Session,
  place: Place,
  type: RequestType,
  identifier: string,
  options: DeployOptions,
): Promise<void> {
  const { backend, terminal } = session;
  const wish = { type, release: identifier, reason: options.reason };
  const plan = await planDeployment(backend, place, wish, terminal.now());
  const { release, mayBeAsked } = plan;
  if (place.pointer !== undefined && plan.isThere) {
    tell(session, `${releaseText(identityOf(release))} is in ${place.environment} already.`);
    return printObject(session, place.pointer, () => "");
  }
  if (options.dryRun) {
    if (mayBeAsked) await askFor(backend, plan, { dryRun: true });
    await printDecision(session, plan);
  }
  if (!mayBeAsked) throw refusal(plan);
  if (options.dryRun) return;
  const written = await askFor(backend, plan, { dryRun: false });
  await finish(session, plan, { written, type }, options);
}

function refusal({ place, release, decision }: PlannedDeployment): ForgeError {
  const refused = refusalsOf(decision);
  const name = releaseText(identityOf(release));
  const why = refused.map(({ reason, message }) => `${reason}: ${message}`).join(" ");
  return new ForgeError("DeploymentRefused", `${name} may not go to ${place.environment}. ${why}`, {
    hint: nextStep(refused, place, release.status?.number),
  });
}

async function printDecision(session: Session, plan: PlannedDeployment): Promise<void> {
  const { release, pointer } = plan;
  const { environment, repository, project } = plan.place;
  const { approvals: _, ...decision } = plan.decision;
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
  { place, release, decision }: PlannedDeployment,
  { written, type }: { readonly written: ReleasePointer; readonly type: RequestType },
  options: DeployOptions,
): Promise<void> {
  const { environment, project } = place;
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
