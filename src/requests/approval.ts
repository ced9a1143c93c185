/** Consent to one image in one environment, and its withdrawal, in the caller's name. */
import { createHash } from "node:crypto";
import { type Release, type ReleaseApproval, releaseName } from "../api/index.ts";
import type { Store, WriteOptions } from "./ports.ts";

export interface ApprovalWish {
  readonly environment: string;
  /** Generation of the Environment whose rules the author saw. */
  readonly environmentGeneration: number;
  readonly release: Release;
  readonly decision: ReleaseApproval["spec"]["decision"];
  readonly justification: string;
  readonly expiresAt?: string | undefined;
}

export async function createApproval(
  store: Store,
  { environment, environmentGeneration, release, decision, justification, expiresAt }: ApprovalWish,
  options: WriteOptions & { readonly now: Date },
): Promise<ReleaseApproval> {
  const { user } = await store.whoAmI();
  const { repository, project, commit } = release.spec;
  const digest = release.status?.image?.digest ?? "";
  const said = `${environment} ${user} ${decision} ${options.now.toISOString()}`;
  const hash = createHash("sha256").update(said).digest("hex").slice(0, 8);
  return store.create(
    {
      kind: "ReleaseApproval",
      metadata: { name: `${releaseName(repository, project, commit)}-${hash}` },
      spec: {
        ...{ environment, environmentGeneration, decision, justification, approver: user },
        release: { repository, project, commit, digest },
        ...(expiresAt !== undefined && { expiresAt }),
      },
    },
    options,
  );
}

/** Those of the release in the environment, revoked ones too. */
export function approvalsOf(
  store: Store,
  environment: string,
  { spec }: Pick<Release, "spec">,
): Promise<readonly ReleaseApproval[]> {
  return store.list("ReleaseApproval", {
    "spec.environment": environment,
    "spec.release.repository": spec.repository,
    "spec.release.project": spec.project,
    "spec.release.commit": spec.commit,
  });
}

/** Takes it back in the caller's name, over the version that was read. */
export async function revokeApproval(
  store: Store,
  approval: ReleaseApproval,
  reason: string,
  options: WriteOptions,
): Promise<ReleaseApproval> {
  const { user: by } = await store.whoAmI();
  const spec = { ...approval.spec, revoked: { by, reason } };
  return store.replace("ReleaseApproval", { ...approval, spec }, options);
}
