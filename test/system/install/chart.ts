import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { requireTool } from "../../../tools/locate.ts";
import { type CommandResult, output, run } from "../../ground/index.ts";

export const chart = join(import.meta.dirname, "..", "..", "..", "charts", "forge");
const folder = mkdtempSync(join(tmpdir(), "forge-chart-"));
let files = 0;

export type Values = Readonly<Record<string, unknown>>;

export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What the chart cannot do without. */
export const required: Values = {
  image: { repository: "registry.example.com/forge" },
  registry: { prefix: "registry.example.com/releases" },
};

/** Both, and where they disagree the second. */
export function merged(one: Values, other: Values): Values {
  const isTree = (value: unknown): value is Values =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const result: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = result[key];
    result[key] = isTree(before) && isTree(value) ? merged(before, value) : value;
  }
  return result;
}

export function valuesFile(values: Values): string {
  files += 1;
  const file = join(folder, `values-${files}.json`);
  writeFileSync(file, JSON.stringify(values));
  return file;
}

/** A cluster that Helm is to think of when there is none. */
const cluster = {
  "1.36": [
    "--kube-version=1.36.0",
    "--api-versions=admissionregistration.k8s.io/v1/MutatingAdmissionPolicy",
  ],
  "1.30": ["--kube-version=1.30.0"],
} as const;

export interface RenderOptions {
  readonly version?: keyof typeof cluster;
  readonly namespace?: string;
}

/** Results by their input: each value is compared with the chart as it is without the value. */
const results = new Map<string, Promise<CommandResult>>();

export function tryToRender(values: Values, options: RenderOptions = {}): Promise<CommandResult> {
  const input = JSON.stringify([values, options]);
  const known = results.get(input);
  if (known !== undefined) return known;
  const result = runHelm(values, options);
  results.set(input, result);
  return result;
}

function runHelm(
  values: Values,
  { version = "1.36", namespace = "forge-system" }: RenderOptions,
): Promise<CommandResult> {
  const file = valuesFile(merged(required, values));
  const args = ["template", "forge", chart, `--namespace=${namespace}`, `--values=${file}`];
  return run(requireTool("helm"), [...args, ...cluster[version]]);
}

/** The objects that Helm would send. */
export async function render(values: Values, options?: RenderOptions): Promise<Rendered[]> {
  const { code, stdout, stderr } = await tryToRender(values, options);
  if (code !== 0) throw new Error(stderr);
  return objectsIn(stdout);
}

export function objectsIn(text: string): Rendered[] {
  return (loadAll(text) as (Rendered | null)[]).filter((object) => object !== null);
}

export function lint(values: Values): Promise<string> {
  const file = valuesFile(merged(required, values));
  return output(requireTool("helm"), [
    "lint",
    "--strict",
    chart,
    `--values=${file}`,
    "--kube-version=1.36.0",
  ]);
}

/** Of a kind, or of a kind and a name; there must be one. */
export function only(objects: readonly Rendered[], kind: string, name?: string): Rendered {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  const [one, ...more] = found;
  if (one === undefined || more.length > 0)
    throw new Error(`${found.length} of ${kind} ${name ?? ""}`);
  return one;
}
