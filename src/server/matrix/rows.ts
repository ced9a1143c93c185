/** Projects by environments, from the caches: filtered, counted, and shown a page at a time. */
import { isTrue, projectPath, type ReleasePointer } from "../../api/index.ts";
import { type CellState, cellStates, type Matrix, type MatrixRow } from "../../rest/index.ts";
import { type Caches, projectIndex } from "../cluster/informers.ts";
import { ascending, pageFrom } from "../http/paging.ts";
import { cellOf, stateOf } from "./cell.ts";

/** Namespaces whose objects of a kind the caller may list; what is told of others is left out. */
export interface Sight {
  readonly environments: ReadonlySet<string> | undefined;
  readonly projects: ReadonlySet<string> | undefined;
  readonly releases: ReadonlySet<string> | undefined;
  readonly records: ReadonlySet<string> | undefined;
}

export interface MatrixQuestion {
  /** Namespaces whose pointers are shown. */
  readonly namespaces: ReadonlySet<string>;
  readonly sees: Sight;
  readonly search?: string | undefined;
  readonly environment?: string | undefined;
  readonly state?: CellState | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A row before it is shown: what the filter and the counts need. */
interface Line {
  readonly namespace: string;
  readonly repository: string;
  readonly project: string;
  readonly places: { readonly pointer: ReleasePointer; readonly state: CellState }[];
}

export function matrixOf(caches: Caches, question: MatrixQuestion): Matrix {
  const columns = columnsOf(caches, question);
  const lines = linesOf(caches, question);
  const page = pageFrom(lines, question, { key: keyOf, compare: ascending });
  const order = new Map(columns.map(({ namespace, name }, at) => [`${namespace}/${name}`, at]));
  return {
    environments: columns,
    summary: summaryOf(lines),
    items: page.items.map((line) => rowOf(caches, line, order, question.sees)),
    ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
  };
}

function columnsOf(
  caches: Caches,
  { namespaces, sees, environment }: MatrixQuestion,
): Matrix["environments"] {
  return [...namespaces]
    .filter((namespace) => sees.environments?.has(namespace))
    .flatMap((namespace) => caches.Environment.byIndex("namespace", namespace))
    .filter(({ metadata }) => environment === undefined || metadata.name === environment)
    .map(({ metadata, spec }) => ({
      namespace: metadata.namespace,
      name: metadata.name,
      order: spec.order,
      locked: spec.lock !== undefined,
    }))
    .toSorted((a, b) => ascending([a.order, a.name, a.namespace], [b.order, b.name, b.namespace]));
}

function linesOf(caches: Caches, question: MatrixQuestion): readonly Line[] {
  const { namespaces, sees, search, environment, state } = question;
  const lines = new Map<string, Line>();
  for (const namespace of namespaces) {
    const projects = sees.projects?.has(namespace)
      ? caches.Project.byIndex("namespace", namespace)
      : [];
    for (const { spec } of projects) {
      lineOf(lines, namespace, spec.repository, spec.name);
    }
    for (const pointer of caches.ReleasePointer.byIndex("namespace", namespace)) {
      const { repository, project } = pointer.spec;
      if (environment !== undefined && pointer.spec.environment !== environment) continue;
      const { places } = lineOf(lines, namespace, repository, project);
      places.push({ pointer, state: stateOf(pointer) });
    }
  }
  const wanted = search?.toLowerCase();
  return [...lines.values()]
    .filter(
      ({ repository, project, places }) =>
        (wanted === undefined || projectPath(repository, project).includes(wanted)) &&
        (state === undefined || places.some((place) => place.state === state)),
    )
    .toSorted((a, b) => ascending(keyOf(a), keyOf(b)));
}

function lineOf(
  lines: Map<string, Line>,
  namespace: string,
  repository: string,
  project: string,
): Line {
  const key = projectIndex(namespace, repository, project);
  const known = lines.get(key);
  if (known !== undefined) return known;
  const line = { namespace, repository, project, places: [] };
  lines.set(key, line);
  return line;
}

function keyOf({ repository, project, namespace }: Line): readonly string[] {
  return [repository, project, namespace];
}

function summaryOf(lines: readonly Line[]): Matrix["summary"] {
  const states = Object.fromEntries(cellStates.map((state) => [state, 0])) as Record<
    CellState,
    number
  >;
  let places = 0;
  for (const line of lines) {
    places += line.places.length;
    for (const { state } of line.places) states[state] += 1;
  }
  return { projects: lines.length, places, states };
}

function rowOf(
  caches: Caches,
  line: Line,
  order: ReadonlyMap<string, number>,
  sees: Sight,
): MatrixRow {
  const { namespace, repository, project, places } = line;
  const index = projectIndex(namespace, repository, project);
  const numbers = sees.releases?.has(namespace) ? numbersOf(caches, index) : undefined;
  const latest = numbers?.at(-1);
  const place = (name: string) => order.get(`${namespace}/${name}`) ?? Number.POSITIVE_INFINITY;
  const cells = places
    .map(({ pointer }) => {
      const name = pointer.status?.git?.deployment ?? "";
      const record = sees.records?.has(namespace)
        ? caches.ReleaseDeployment.get({ namespace, name })
        : undefined;
      return cellOf(pointer, { record, numbers });
    })
    .toSorted((a, b) => place(a.environment) - place(b.environment));
  return { namespace, repository, project, ...(latest !== undefined && { latest }), cells };
}

/** Numbers of the releases that are ready, ascending. */
function numbersOf(caches: Caches, index: string): readonly number[] {
  return caches.Release.byIndex("project", index)
    .filter((release) => isTrue(release, "Ready") && release.status?.joined === undefined)
    .flatMap(({ status }) => status?.number ?? [])
    .toSorted((a, b) => a - b);
}
