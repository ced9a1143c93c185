import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";

/** Where the pointer of this index is. */
export function pointerNames(index: number): { repository: string; project: string } {
  return { repository: `company/service-${Math.floor(index / 10)}`, project: `part-${index % 10}` };
}

export function pointerPath(index: number, environment = "production"): string {
  const { repository, project } = pointerNames(index);
  return `${environment}/apps/${repository}/${project}/release.yaml`;
}

export function pointerText(index: number, sequence: number, environment = "production"): string {
  const { repository, project } = pointerNames(index);
  // Begins with a letter: a commit of digits alone would need quotes.
  const hash = (0xa000_0000 + index * 7919 + sequence).toString(16);
  return `apiVersion: forge.dev/v1alpha1
kind: ReleasePointer
metadata:
  name: ${project}
  annotations:
    forge.dev/release-number: "${sequence}"
    forge.dev/deployed-by: alice@company.com
    forge.dev/deployment: ${environment}-${project}-${index}-${sequence}
spec:
  environment: ${environment}
  repository: ${repository}
  project: ${project}
  release: ${hash.repeat(5)}
  image:
    repository: registry.example.com/${repository}/${project}
    digest: "sha256:${hash.repeat(8)}"
`;
}

/** Pointers of the environment that the commits behind were made in. */
const busyPointers = 100;

/**
 * Fills an empty bare repository: all pointers of production in the first commit; in each of the
 * others one pointer of dev, which has a hundred.
 */
export async function fillRepository(
  folder: string,
  pointers: number,
  commits: number,
): Promise<void> {
  const child = spawn("git", ["-C", folder, "fast-import", "--quiet", "--done"], {
    stdio: ["pipe", "ignore", "inherit"],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`git fast-import: exit ${code}`)),
    );
  });
  const input = Readable.from(fastImport(pointers, commits)).pipe(child.stdin);
  await Promise.all([finished(input), ended]);
}

function* fastImport(pointers: number, commits: number): Generator<string> {
  for (let commit = 0; commit < commits; commit++) {
    const message = `Deploy ${commit}`;
    yield `commit refs/heads/main\ncommitter forge <forge@example.com> ${1_700_000_000 + commit} +0000\n`;
    yield `data ${message.length}\n${message}\n`;
    if (commit > 0) {
      yield change(commit % busyPointers, commit, "dev");
      continue;
    }
    for (let index = 0; index < pointers; index++) yield change(index, commit, "production");
  }
  yield "done\n";
}

function change(index: number, sequence: number, environment: string): string {
  const text = pointerText(index, sequence, environment);
  const path = pointerPath(index, environment);
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`;
}
