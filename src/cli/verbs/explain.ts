/** explain: why a release may or may not go to an environment, rule by rule. */
import { type FoundRun, resolveRelease, runsFoundInGit } from "../../query/index.ts";
import {
  deploymentsOf,
  findPlace,
  identityOf,
  judgePlace,
  newSpec,
  pointerOf,
  readEnvironment,
  refusalsOf,
  releasesOf,
} from "../../requests/index.ts";
import { approversText, nextStep, releaseText, rulesText } from "../decision-text.ts";
import { printValue } from "../output/print.ts";
import { stylesFor } from "../output/style.ts";
import { type Call, required, type Session } from "../session.ts";

/** Without a release: what the pointer asks for, with the request that it carries. */
export async function explain(session: Session, call: Call): Promise<void> {
  const { backend, terminal } = session;
  const place = await findPlace(backend, required(call, "environment"), required(call, "project"));
  const given = call.args["release"];
  const identifier = given ?? pointerOf(place).spec.release;
  const [environment, releases, { user }] = await Promise.all([
    readEnvironment(backend, place.environment),
    releasesOf(backend, place),
    backend.whoAmI(),
  ]);
  const release = resolveRelease(identifier, releases);
  const { repository, project } = place;
  const spec = place.pointer?.spec ?? newSpec(place);
  // A question about another release is asked as the caller would ask for it.
  const request =
    given === undefined ? place.pointer?.spec.request : { type: "Deploy" as const, by: user };
  const pointer = {
    spec: { ...spec, release: identifier, ...(request && { request }) },
    status: place.pointer?.status,
  };
  const question = { environment, release, pointer };
  const [judged, deployments] = await Promise.all([
    judgePlace(backend, place, question, terminal.now()),
    deploymentsOf(backend, place),
  ]);
  const { approvals: __, ...decision } = judged;
  const identity = identityOf(release);
  const { requiresApproval } = environment.spec.promotionPolicy;
  const where = { environment: place.environment, repository, project };
  const consent = requiresApproval
    ? await backend.approvers({ ...where, commit: release.spec.commit })
    : undefined;
  const foundInGit = runsFoundInGit(environment, release.status?.image?.digest, deployments);
  const value = {
    ...where,
    ...{ release: identity, request, decision },
    ...(foundInGit.length > 0 && { foundInGit }),
    ...(consent && { approvers: consent.approvers, approversUnknown: consent.unknown }),
  };
  await printValue(session, value, () => {
    const may = decision.allowed ? "may go" : "may not go";
    const { stdout, env } = terminal;
    const head = `${releaseText(identity)} of ${project} ${may} to ${place.environment}:\n`;
    const next = decision.allowed
      ? ""
      : `\nNext: ${nextStep(refusalsOf(decision), place, identity.number)}\n`;
    const who = consent === undefined ? "" : approversText(consent);
    const runs = foundRunsText(foundInGit);
    return head + rulesText(decision, stylesFor(stdout, env)) + runs + who + next;
  });
}

const runsShown = 5;

function foundRunsText(runs: readonly FoundRun[]): string {
  const lines = runs
    .slice(-runsShown)
    .map(
      ({ environment, deployment, countsFrom }) =>
        `  ${environment} (${deployment}): its soak counts from ${countsFrom}, when forge found it\n`,
    );
  return lines.length === 0 ? "" : `\nFound in Git, as after a restore:\n${lines.join("")}`;
}
