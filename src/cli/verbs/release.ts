/** release create, list and show. */
import {
  ForgeError,
  isTrue,
  parseSpec,
  projectPath,
  type Release,
  releaseKind,
  type Trigger,
} from "../../api/index.ts";
import { resolveRelease } from "../../query/index.ts";
import { createRelease, findProject, releasesOf } from "../../requests/index.ts";
import { claimsOf } from "../../triggers/index.ts";
import { follow, type Standing } from "../await-deployment.ts";
import { ageText } from "../output/age.ts";
import { printList, printObject } from "../output/print.ts";
import { type Column, fieldsText } from "../output/table.ts";
import { type ReleaseFlags, specOf } from "../release-spec.ts";
import { type Call, required, type Session, tell } from "../session.ts";

type CreateOptions = ReleaseFlags & {
  readonly dryRun?: boolean;
  readonly wait?: boolean;
  readonly timeout: number;
};

/** The same again gives the same release. */
export async function create(session: Session, call: Call<CreateOptions>): Promise<void> {
  const { backend, terminal } = session;
  const { user } = await backend.whoAmI();
  const flags = call.options;
  const spec = parseSpec(
    releaseKind,
    await specOf(required(call, "project"), flags, user, (path) => terminal.readFile(path)),
  ) as Release["spec"];
  const options = { dryRun: flags.dryRun === true };
  const { release: written } = await createRelease(backend, spec, options);
  const { name } = written.metadata;
  if (!flags.wait || flags.dryRun) {
    tell(session, `Release ${name} of ${spec.project}${flags.dryRun ? " (dry run)" : ""}.`);
    return printObject(session, written, () => "");
  }
  const ready = await follow(
    session,
    { kind: "Release", name, timeoutMs: flags.timeout },
    standingOf,
  );
  if (ready === undefined) {
    throw new ForgeError("ReleaseNotReady", `release ${name} is not ready yet`, {
      hint: `Look at it with: forge release show ${spec.project} ${spec.commit.slice(0, 12)}`,
    });
  }
  const { joined } = ready.status ?? {};
  const result = joined === undefined ? ready : await backend.get("Release", joined);
  await printObject(session, result, () => releaseFields(result));
}

function standingOf(release: Release | undefined): Standing {
  const ready = release?.status?.conditions?.find(({ type }) => type === "Ready");
  if (release?.status?.joined !== undefined || (release && isTrue(release, "Ready"))) {
    return { state: "done" };
  }
  const text = `${ready?.reason ?? "Unseen"}: ${ready?.message ?? "it has not been looked at yet"}`;
  const conflicts = release?.status?.conflictsWith;
  if (conflicts !== undefined) {
    return { state: "failed", error: new ForgeError("ReleaseConflict", text) };
  }
  if (release !== undefined && !isTrue(release, "Stalled")) return { state: "waiting", text };
  return { state: "failed", error: new ForgeError("ReleaseFailed", text) };
}

export async function list(session: Session, call: Call): Promise<void> {
  const { backend, terminal } = session;
  const given = call.args["project"];
  const releases =
    given === undefined
      ? await backend.list("Release")
      : await releasesOf(backend, await findProject(backend, given));
  const now = terminal.now();
  const columns: Column<Release>[] = [
    { name: "PROJECT", value: ({ spec }) => spec.project },
    { name: "NUMBER", value: ({ status }) => status?.number },
    { name: "ALIASES", value: aliasesOf },
    { name: "COMMIT", value: ({ spec }) => spec.commit.slice(0, 12) },
    { name: "TRIGGER", value: ({ spec }) => spec.trigger.type },
    { name: "STATE", value: stateOf },
    { name: "AGE", value: ({ metadata }) => ageText(metadata.creationTimestamp, now) },
    { name: "NAME", wide: true, value: ({ metadata }) => metadata.name },
    { name: "REPOSITORY", wide: true, value: ({ spec }) => spec.repository },
    { name: "DIGEST", wide: true, value: ({ status }) => status?.image?.digest },
  ];
  const key = ({ spec }: Release) => projectPath(spec.repository, spec.project);
  const sorted = releases.toSorted((a, b) =>
    key(a) === key(b)
      ? (b.status?.number ?? 0) - (a.status?.number ?? 0)
      : key(a).localeCompare(key(b), "en"),
  );
  await printList(session, sorted, {
    columns,
    none: `No releases in namespace ${backend.namespace}.`,
  });
}

function stateOf({ status }: Release): string | undefined {
  return status?.conditions?.find(({ type }) => type === "Ready")?.reason;
}

function aliasesOf({ status }: Release): string {
  return (status?.aliases ?? []).map(({ value }) => value).join(",");
}

export async function show(session: Session, call: Call): Promise<void> {
  const { backend } = session;
  const name = await findProject(backend, required(call, "project"));
  const release = resolveShown(required(call, "release"), await releasesOf(backend, name));
  await printObject(session, release, () => releaseFields(release));
}

/** One that failed resolves by nothing, and is what a person wants to look at. */
function resolveShown(identifier: string, releases: readonly Release[]): Release {
  try {
    return resolveRelease(identifier, releases);
  } catch (error) {
    const named = releases.find(
      ({ metadata, spec, status }) =>
        metadata.name === identifier ||
        String(status?.number) === identifier ||
        (identifier.length >= 7 && spec.commit.startsWith(identifier)),
    );
    if (named === undefined) throw error;
    return named;
  }
}

function triggerText({ type, tag, branch }: Trigger): string {
  return [type, tag ?? branch].join(" ").trim();
}

function claimsText(release: Release): string | undefined {
  const claims = claimsOf(release);
  if (claims.length === 0) return undefined;
  return claims.map((claim) => `${triggerText(claim)} (${claim.verification})`).join(", ");
}

function releaseFields(release: Release): string {
  const { metadata, spec, status } = release;
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  return fieldsText([
    ["Number", status?.number?.toString()],
    ["Aliases", aliasesOf(release)],
    ["Version", spec.version],
    ["Project", projectPath(spec.repository, spec.project)],
    ["Commit", spec.commit],
    ["Trigger", triggerText(spec.trigger)],
    ["Triggers", claimsText(release)],
    ["By", spec.trigger.actor],
    ["Image", status?.image?.ref],
    ["Digest", status?.image?.digest],
    ["State", ready && `${ready.reason}: ${ready.message}`],
    ["Name", metadata.name],
    ["Created", metadata.creationTimestamp],
  ]);
}
