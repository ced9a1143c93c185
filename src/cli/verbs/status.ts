/** status and history: what runs where, since when, on whose word, and why something does not. */
import type { Environment, ReleaseDeployment, ReleasePointer } from "../../api/index.ts";
import { deploymentsOf, findPlace, findProject, type ProjectName } from "../../requests/index.ts";
import { ageText } from "../output/age.ts";
import { plainText } from "../output/plain-text.ts";
import { printList } from "../output/print.ts";
import { type Column } from "../output/table.ts";
import { type Call, required, type Session } from "../session.ts";

/** What one place has, as the lists tell it. */
interface Cell {
  readonly pointer: ReleasePointer;
  /** The record of the deployment that is there. */
  readonly record: ReleaseDeployment | undefined;
}

interface Row {
  readonly project: string;
  readonly cells: ReadonlyMap<string, Cell>;
}

export async function status(
  session: Session,
  { args, options }: Call<{ readonly environment?: string }>,
): Promise<void> {
  const { backend, terminal } = session;
  const name = args["project"] && (await findProject(backend, args["project"]));
  const selection = selectionOf(name || undefined, options.environment);
  const [environments, pointers, records] = await Promise.all([
    backend.list("Environment"),
    backend.list("ReleasePointer", selection),
    backend.list("ReleaseDeployment", { ...selection, "status.outcome": "Active" }),
  ]);
  const known = new Map(records.map((record) => [record.metadata.name, record]));
  const cells = pointers
    .toSorted(byPlace(environments))
    .map((pointer) => ({ pointer, record: known.get(pointer.status?.git?.deployment ?? "") }));
  const none = `No project has a pointer in namespace ${backend.namespace}.`;
  const now = terminal.now();
  if (session.options.output === "wide") {
    await printList(session, pointers, { columns: cellColumns(now), rows: cells, none });
    return;
  }
  const items = cells.map(({ pointer }) => pointer);
  const shown = environments
    .toSorted(byOrder)
    .map(({ metadata }) => metadata.name)
    .filter((environment) => cells.some(({ pointer }) => pointer.spec.environment === environment));
  await printList(session, items, {
    columns: matrixColumns(shown, now),
    rows: rowsOf(cells),
    none,
  });
  if (session.options.output !== "table") return;
  const stuck = cells.filter(({ pointer }) => isStuck(pointer));
  if (stuck.length > 0) terminal.stdout.write(`\n${stuck.map(whyText).join("")}`);
}

function selectionOf(name: ProjectName | undefined, environment: string | undefined) {
  return {
    ...(name && { "spec.repository": name.repository, "spec.project": name.project }),
    ...(environment !== undefined && { "spec.environment": environment }),
  };
}

function byOrder(a: Environment, b: Environment): number {
  return a.spec.order - b.spec.order || (a.metadata.name < b.metadata.name ? -1 : 1);
}

function byPlace(environments: readonly Environment[]) {
  const places = environments.toSorted(byOrder).map(({ metadata }) => metadata.name);
  const key = ({ spec }: ReleasePointer) => `${spec.project} ${spec.repository}`;
  return (a: ReleasePointer, b: ReleasePointer): number => {
    if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1;
    return places.indexOf(a.spec.environment) - places.indexOf(b.spec.environment);
  };
}

/** One a project; its repository is named only where another has a project of the same name. */
function rowsOf(cells: readonly Cell[]): Row[] {
  const groups = Map.groupBy(
    cells,
    ({ pointer }) => `${pointer.spec.repository}/${pointer.spec.project}`,
  );
  const names = [...groups.keys()].map((path) => path.slice(path.lastIndexOf("/") + 1));
  return [...groups].map(([path, places], index) => {
    const name = names[index] ?? path;
    const isUnique = names.indexOf(name) === names.lastIndexOf(name);
    return {
      project: isUnique ? name : path,
      cells: new Map(places.map((cell) => [cell.pointer.spec.environment, cell])),
    };
  });
}

function matrixColumns(environments: readonly string[], now: Date): Column<Row>[] {
  return [
    { name: "PROJECT", value: ({ project }) => project },
    ...environments.map((environment) => ({
      name: environment.toUpperCase(),
      value: ({ cells }: Row) => {
        const cell = cells.get(environment);
        return cell === undefined ? "-" : cellText(cell, now);
      },
    })),
  ];
}

/** `42 (v1.2.3) 3h alice`, with a mark where something is held, locked or stuck. */
function cellText({ pointer, record }: Cell, now: Date): string {
  const { deployed } = pointer.status ?? {};
  const version = deployed?.version === undefined ? "" : ` (${deployed.version})`;
  const there = deployed === undefined ? "nothing" : `${deployed.number}${version}`;
  const age = ageText(record?.status?.committedAt, now);
  return [there, age, record?.spec.request.by, ...marksOf(pointer)].filter(Boolean).join(" ");
}

function marksOf(pointer: ReleasePointer): string[] {
  const { hold, lock, suspend } = pointer.spec;
  return [
    ...(isStuck(pointer) ? ["!"] : []),
    ...(hold === undefined ? [] : ["[held]"]),
    ...(lock === undefined ? [] : ["[locked]"]),
    ...(suspend ? ["[suspended]"] : []),
  ];
}

function readyOf({ status: said }: ReleasePointer) {
  return said?.conditions?.find(({ type }) => type === "Ready");
}

function isStuck(pointer: ReleasePointer): boolean {
  return readyOf(pointer)?.status !== "True";
}

function whyText({ pointer }: Cell): string {
  const { environment, project, release } = pointer.spec;
  const { reason = "Unseen", message = "forge has not looked at it yet" } = readyOf(pointer) ?? {};
  const asked = pointer.status?.resolved?.number ?? release;
  return `! ${project} in ${environment}: release ${asked}: ${plainText(`${reason}: ${message}`)}\n`;
}

function cellColumns(now: Date): Column<Cell>[] {
  return [
    { name: "PROJECT", value: ({ pointer }) => pointer.spec.project },
    { name: "REPOSITORY", value: ({ pointer }) => pointer.spec.repository },
    { name: "ENVIRONMENT", value: ({ pointer }) => pointer.spec.environment },
    { name: "RELEASE", value: ({ pointer }) => pointer.status?.deployed?.number },
    { name: "VERSION", value: ({ pointer }) => pointer.status?.deployed?.version },
    { name: "SINCE", value: ({ record }) => ageText(record?.status?.committedAt, now) },
    { name: "BY", value: ({ record }) => record?.spec.request.by },
    { name: "ASKED", value: ({ pointer }) => pointer.spec.release },
    { name: "STATE", value: ({ pointer }) => readyOf(pointer)?.reason },
    { name: "MARKS", value: ({ pointer }) => marksOf(pointer).join(" ") },
    { name: "WHY", value: ({ pointer }) => readyOf(pointer)?.message },
  ];
}

export async function history(session: Session, call: Call): Promise<void> {
  const { backend, terminal } = session;
  const environment = required(call, "environment");
  const place = await findPlace(backend, environment, required(call, "project"));
  const records = await deploymentsOf(backend, place, environment);
  const now = terminal.now();
  const columns: Column<ReleaseDeployment>[] = [
    { name: "DEPLOYMENT", value: ({ spec }) => spec.sequence },
    { name: "RELEASE", value: ({ spec }) => releaseName(spec.release) },
    { name: "TYPE", value: ({ spec }) => spec.request.type },
    { name: "BY", value: ({ spec }) => spec.request.by },
    { name: "OUTCOME", value: (record) => record.status?.outcome },
    {
      name: "AGE",
      value: (record) =>
        ageText(record.status?.committedAt ?? record.metadata.creationTimestamp, now),
    },
    {
      name: "APPROVED-BY",
      wide: true,
      value: ({ spec }) => spec.approvals.map(({ approver }) => approver).join(","),
    },
    { name: "GIT-COMMIT", wide: true, value: (record) => record.status?.git?.commit },
    { name: "REASON", value: ({ spec }) => spec.request.reason },
  ];
  await printList(
    session,
    records.toSorted((a, b) => b.spec.sequence - a.spec.sequence),
    { columns, none: `${place.project} was never deployed to ${environment}.` },
  );
}

function releaseName({ number, version }: ReleaseDeployment["spec"]["release"]): string {
  return version === undefined ? String(number) : `${number} (${version})`;
}
