import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requireTool } from "../tools/locate.ts";

const mark = "forge.dev/read-by-kubectl";

/** The objects that kubectl finds in a text; undefined when it refuses the text. */
export type KubectlReading = readonly Readonly<Record<string, unknown>>[] | undefined;

/**
 * Reads each text as kubectl's reader of YAML does (sigs.k8s.io/yaml, as in Argo CD). No server is
 * asked. One process reads them all: between two texts stands an object that tells them apart.
 */
export function readWithKubectl(texts: readonly string[]): KubectlReading[] {
  const folder = mkdtempSync(join(tmpdir(), "forge-kubectl-"));
  try {
    for (const [index, text] of texts.entries()) {
      const name = String(index).padStart(6, "0");
      writeFileSync(join(folder, `${name}-a.yaml`), text);
      const between = { apiVersion: "v1", kind: "Between", metadata: { name: `b-${index}` } };
      writeFileSync(join(folder, `${name}-b.yaml`), JSON.stringify(between));
    }
    const args = ["annotate", "--local", "-f", folder, `${mark}=yes`, "-o", "json"];
    const { stdout, stderr } = spawnSync(requireTool("kubectl"), args, {
      encoding: "utf8",
      env: { KUBECONFIG: "/dev/null", HOME: folder },
      maxBuffer: 1 << 28,
      timeout: 60_000,
    });
    return split(stdout, refused(stderr), texts.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Numbers of the files that kubectl names in an error. */
function refused(stderr: string): Set<number> {
  return new Set([...stderr.matchAll(/([0-9]{6})-a\.yaml/g)].map(([, number]) => Number(number)));
}

function split(stdout: string, errors: ReadonlySet<number>, count: number): KubectlReading[] {
  const readings: KubectlReading[] = [];
  let objects: Readonly<Record<string, unknown>>[] = [];
  for (const json of stdout.split(/(?<=^\})\n(?=\{)/m)) {
    const object = JSON.parse(json) as Readonly<Record<string, unknown>>;
    if (object["kind"] !== "Between") objects.push(withoutMark(object));
    else {
      readings.push(errors.has(readings.length) ? undefined : objects);
      objects = [];
    }
  }
  if (readings.length !== count) throw new Error(`kubectl read ${readings.length} of ${count}`);
  return readings;
}

/** Without the annotation that was added, and what was made for it. */
function withoutMark(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metadata, ...rest } = object;
  const { annotations, ...named } = metadata as Record<string, Record<string, string>>;
  const { [mark]: _mark, ...others } = annotations ?? {};
  const left = { ...named, ...(Object.keys(others).length > 0 && { annotations: others }) };
  return { ...rest, ...(Object.keys(left).length > 0 && { metadata: left }) };
}
