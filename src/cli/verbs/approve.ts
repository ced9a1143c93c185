/** approve, reject and revoke: consent to one image in one environment, in the caller's name. */
import { ForgeError, type ReleaseApproval } from "../../api/index.ts";
import { resolveRelease } from "../../query/index.ts";
import {
  approvalsOf,
  createApproval,
  findPlace,
  identityOf,
  pointerOf,
  readEnvironment,
  releasesOf,
  revokeApproval,
} from "../../requests/index.ts";
import { releaseText } from "../decision-text.ts";
import { parseDuration } from "../duration.ts";
import { printObject } from "../output/print.ts";
import { reasonFor } from "../reason.ts";
import { type Call, required, type Session, tell } from "../session.ts";

interface Options {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly expiresIn?: string;
}

export const approve = (session: Session, call: Call<Options>) => judge(session, call, "Approve");
export const reject = (session: Session, call: Call<Options>) => judge(session, call, "Reject");

async function judge(
  session: Session,
  call: Call<Options>,
  decision: "Approve" | "Reject",
): Promise<void> {
  const { backend, terminal } = session;
  const { place, release } = await releaseOf(session, call);
  const { environment } = place;
  const justification = await reasonFor(session, call.options.reason);
  const [{ user, serverTime }, { metadata }] = await Promise.all([
    backend.whoAmI(),
    readEnvironment(backend, environment),
  ]);
  const now = terminal.now();
  // By the server's clock, which the approval is judged by.
  const expiresAt = expiryOf(call.options, serverTime ?? now);
  const written = await createApproval(
    backend,
    {
      ...{ environment, environmentGeneration: metadata.generation },
      ...{ release, decision, justification, expiresAt },
    },
    { dryRun: call.options.dryRun === true, now },
  );
  const did = decision === "Approve" ? "approved" : "rejected";
  const would = call.options.dryRun ? " (dry run)" : "";
  tell(session, `${user} ${did} ${releaseText(identityOf(release))} for ${environment}${would}.`);
  await printObject(session, written, () => "");
}

function expiryOf({ expiresIn }: Options, now: Date): string | undefined {
  if (expiresIn === undefined) return undefined;
  const lifetime = parseDuration(expiresIn);
  if (lifetime === undefined) {
    throw new ForgeError("UsageInvalid", `--expires-in ${expiresIn} is no duration such as 72h`);
  }
  return new Date(now.getTime() + lifetime).toISOString();
}

/** The release that is named, else the one that the pointer asks for. */
async function releaseOf(session: Session, call: Call<unknown>) {
  const { backend } = session;
  const place = await findPlace(backend, required(call, "environment"), required(call, "project"));
  const identifier = call.args["release"] ?? pointerOf(place).spec.release;
  return { place, release: resolveRelease(identifier, await releasesOf(backend, place)) };
}

export async function revoke(
  session: Session,
  call: Call<Options & { readonly of?: string }>,
): Promise<void> {
  const { backend } = session;
  const { place, release } = await releaseOf(session, call);
  const { user } = await backend.whoAmI();
  const of = call.options.of ?? user;
  const name = releaseText(identityOf(release));
  const standing = (await approvalsOf(backend, place.environment, release)).filter(
    ({ spec }) => spec.revoked === undefined,
  );
  const found = standing.filter(({ spec }) => spec.approver === of);
  if (found.length === 0) {
    const others = [...new Set(standing.map(({ spec }) => spec.approver))].join(", ");
    throw new ForgeError(
      "ApprovalNotFound",
      `${of} has neither approved nor rejected ${name} for ${place.environment}; those who have: ${others || "none"}`,
    );
  }
  const reason = await reasonFor(session, call.options.reason);
  for (const approval of found) await revokeOne(session, approval, reason, call.options);
}

async function revokeOne(
  session: Session,
  approval: ReleaseApproval,
  reason: string,
  { dryRun = false }: Options,
): Promise<void> {
  const { decision, approver, environment } = approval.spec;
  const written = await revokeApproval(session.backend, approval, reason, { dryRun });
  const what = decision === "Approve" ? "approval" : "rejection";
  tell(
    session,
    `Revoked the ${what} of ${approver} for ${environment}${dryRun ? " (dry run)" : ""}.`,
  );
  await printObject(session, written, () => "");
}
