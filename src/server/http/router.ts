/** Which routes a path may mean: repositories hold slashes, so a plain path may mean several. */
import { projectPath } from "../../api/index.ts";
import type { Route } from "./route.ts";

export interface Candidate {
  readonly route: Route;
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** Parameters that take as many segments as there are, unless a percent sign marks them as encoded. */
const spanning = new Set(["repository", "release", "id"]);
const maximumSegments = 24;

/** The decoded segments of a pathname, or undefined where it cannot be decoded. */
interface Segment {
  readonly text: string;
  readonly isEncoded: boolean;
}

/** Routes whose old address goes on: /api/v1/… is /v1/… */
const legacyPrefix = "/api/v1/";

export function candidatesOf(routes: readonly Route[], pathname: string): readonly Candidate[] {
  const path = pathname.startsWith(legacyPrefix) ? pathname.slice("/api".length) : pathname;
  const segments = segmentsOf(path);
  if (segments === undefined) return [];
  return routes.flatMap((route) =>
    assignments(route.path.slice(1).split("/"), segments).flatMap((params) =>
      splitId(params).map((found) => ({ route, params: found })),
    ),
  );
}

function segmentsOf(pathname: string): readonly Segment[] | undefined {
  const parts = pathname.slice(1).split("/");
  if (parts.length > maximumSegments || parts.includes("")) return undefined;
  try {
    return parts.map((part) => ({ text: decodeURIComponent(part), isEncoded: part.includes("%") }));
  } catch {
    return undefined;
  }
}

type Params = Readonly<Record<string, string>>;

function assignments(template: readonly string[], segments: readonly Segment[]): Params[] {
  const [part, ...rest] = template;
  if (part === undefined) return segments.length === 0 ? [{}] : [];
  const [first] = segments;
  if (first === undefined) return [];
  const name = /^\{(\w+)\}$/.exec(part)?.[1];
  if (name === undefined) {
    return first.text === part && !first.isEncoded ? assignments(rest, segments.slice(1)) : [];
  }
  const most = spanning.has(name) && !first.isEncoded ? segments.length - rest.length : 1;
  const found: Params[] = [];
  for (let taken = 1; taken <= most; taken++) {
    const value = segments
      .slice(0, taken)
      .map(({ text }) => text)
      .join("/");
    for (const others of assignments(rest, segments.slice(taken))) {
      found.push({ [name]: value, ...others });
    }
  }
  return found;
}

/** `<repository>/<project>/<release>`, wherever one may end and the next begin. */
function splitId({ id, ...params }: Params): Params[] {
  if (id === undefined) return [params];
  const parts = id.split("/");
  return parts.slice(2).map((_, index) => ({
    ...params,
    repository: parts.slice(0, index + 1).join("/"),
    project: parts[index + 1] ?? "",
    release: parts.slice(index + 2).join("/"),
  }));
}

/** How a candidate is written so that it means nothing else. */
export function encodedPath({ route, params }: Candidate): string {
  const { repository = "", project = "", release = "" } = params;
  // A single word has nothing to encode: its first letter marks it.
  const encode = (text: string) =>
    text.includes("/")
      ? encodeURIComponent(text)
      : `%${text.charCodeAt(0).toString(16).toUpperCase()}${text.slice(1)}`;
  return route.path
    .replace("{id}", encodeURIComponent(`${projectPath(repository, project)}/${release}`))
    .replace("{repository}", encode(repository))
    .replace("{release}", encodeURIComponent(release))
    .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}
