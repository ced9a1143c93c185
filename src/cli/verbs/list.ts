/** env and project list and show, and events. */
import { type Environment, type Project, projectPath } from "../../api/index.ts";
import { findProject, readEnvironment } from "../../requests/index.ts";
import { ageText } from "../output/age.ts";
import { printList, printObject } from "../output/print.ts";
import { type Column, fieldsText } from "../output/table.ts";
import type { ForgeEvent } from "../ports.ts";
import { type Call, required, type Session } from "../session.ts";

const readyOf = (object: Environment | Project) =>
  object.status?.conditions?.find(({ type }) => type === "Ready")?.reason;

export async function environments(session: Session): Promise<void> {
  const { backend } = session;
  const columns: Column<Environment>[] = [
    { name: "NAME", value: ({ metadata }) => metadata.name },
    { name: "ORDER", value: ({ spec }) => spec.order },
    { name: "RULES", value: ({ spec }) => rulesOf(spec.promotionPolicy).join(",") },
    { name: "LOCKED", value: ({ spec }) => spec.lock?.reason },
    { name: "STATE", value: readyOf },
    { name: "GIT", wide: true, value: ({ spec }) => `${spec.gitOps.url}#${spec.gitOps.branch}` },
  ];
  const found = (await backend.list("Environment")).toSorted(
    (a, b) => a.spec.order - b.spec.order || (a.metadata.name < b.metadata.name ? -1 : 1),
  );
  const none = `No environments in namespace ${backend.namespace}.`;
  await printList(session, found, { columns, none });
}

/** The settings that differ from letting everything in by hand. */
function rulesOf(policy: Environment["spec"]["promotionPolicy"]): string[] {
  return Object.entries(policy)
    .filter(([, value]) => value === true || (Array.isArray(value) && value.length > 0))
    .map(([name]) => name);
}

export async function environment(session: Session, call: Call): Promise<void> {
  const found = await readEnvironment(session.backend, required(call, "environment"));
  const { promotionPolicy: policy, lock, gitOps, order } = found.spec;
  const branches = policy.allowedBranches.join(", ");
  await printObject(session, found, () =>
    fieldsText([
      ["Name", found.metadata.name],
      ["Order", String(order)],
      ["Locked", lock && `by ${lock.by}: ${lock.reason}`],
      ["Triggers", policy.allowedTriggers.join(", ") || "any"],
      ["Branches", branches || "any"],
      ["Tags", policy.allowedTags.join(", ") || "any"],
      ["Deploys", policy.autoDeploy ? "by itself" : "when somebody asks"],
      ["Approvals", policy.requiresApproval ? String(policy.approvals?.required ?? 1) : "none"],
      [
        "Promotes from",
        policy.promotesFrom.map((from) => [from.environment, from.soak].join(" ")).join(", "),
      ],
      ["Freezes", policy.freezes.map(({ cron, duration }) => `${cron} for ${duration}`).join(", ")],
      ["GitOps", `${gitOps.url}, branch ${gitOps.branch}, ${gitOps.path}`],
      ["State", readyOf(found)],
    ]),
  );
}

export async function projects(session: Session): Promise<void> {
  const { backend } = session;
  const columns: Column<Project>[] = [
    { name: "PROJECT", value: ({ spec }) => spec.name },
    { name: "REPOSITORY", value: ({ spec }) => spec.repository },
    { name: "LAST-RELEASE", value: ({ status }) => status?.lastRelease?.number },
    { name: "STATE", value: readyOf },
  ];
  const key = ({ spec }: Project) => projectPath(spec.name, spec.repository);
  const found = (await backend.list("Project")).toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  await printList(session, found, {
    columns,
    none: `No projects in namespace ${backend.namespace}; the first release of one makes it.`,
  });
}

export async function project(session: Session, call: Call): Promise<void> {
  const { backend } = session;
  const name = await findProject(backend, required(call, "project"));
  const found = await backend.list("Project");
  const shown = found.find(
    ({ spec }) => spec.repository === name.repository && spec.name === name.project,
  );
  if (shown === undefined) return;
  const { spec, status, metadata } = shown;
  await printObject(session, shown, () =>
    fieldsText([
      ["Project", projectPath(spec.repository, spec.name)],
      ["Last release", status?.lastRelease?.number.toString()],
      ["Tags", spec.tagStrategy],
      ["State", readyOf(shown)],
      ["Name", metadata.name],
    ]),
  );
}

export async function events(session: Session): Promise<void> {
  const { backend, terminal } = session;
  const timeOf = ({ eventTime, metadata }: ForgeEvent) =>
    eventTime ?? metadata.creationTimestamp ?? "";
  const now = terminal.now();
  const columns: Column<ForgeEvent>[] = [
    { name: "AGE", value: (event) => ageText(timeOf(event), now) },
    { name: "TYPE", value: ({ type }) => type },
    { name: "REASON", value: ({ reason }) => reason },
    { name: "ABOUT", value: ({ regarding }) => `${regarding?.kind}/${regarding?.name}` },
    { name: "NOTE", value: ({ note }) => note },
  ];
  const found = (await backend.events()).toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  const none = `No events of forge's in namespace ${backend.namespace}; they are kept for an hour.`;
  await printList(session, found, { columns, none });
}
