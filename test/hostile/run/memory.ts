import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..", "..", "..");
const mebibyte = 1024 * 1024;

interface Chart {
  readonly controller: { readonly resources: Resources };
  readonly server: { readonly resources: Resources };
}

interface Resources {
  readonly limits: { readonly memory: string };
}

interface Patch {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { name: string; resources?: Resources }[] };
    };
  };
}

export interface MemoryLimits {
  readonly controller: number;
  readonly server: number;
  readonly plugin: number;
}

/** In bytes, as the chart sets them, and the patch that puts the plugin beside Argo CD. */
export function memoryLimits(): MemoryLimits {
  const { controller, server } = read<Chart>("charts/forge/values.yaml");
  const patch = read<Patch>("examples/argocd/repo-server-patch.yaml");
  const plugin = patch.spec.template.spec.containers.find(({ name }) => name === "forge");
  return {
    controller: bytesOf(controller.resources),
    server: bytesOf(server.resources),
    plugin: bytesOf(plugin?.resources),
  };
}

function read<Content>(path: string): Content {
  return parse(readFileSync(join(root, path), "utf8")) as Content;
}

function bytesOf(resources: Resources | undefined): number {
  const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(resources?.limits.memory ?? "") ?? [];
  if (amount === undefined) throw new Error("a memory limit is not in Mi or Gi");
  return Number(amount) * (unit === "Gi" ? 1024 * mebibyte : mebibyte);
}

/** Half of a container's memory is what Node lets its heap take there. */
export function heapFlag(limit: number): string {
  return `--max-old-space-size=${Math.floor(limit / 2 / mebibyte)}`;
}

/** The most memory that a process has had resident at once, in bytes. */
export function peakMemory(pid: number): number {
  const [, kibibytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  if (kibibytes === undefined) throw new Error(`process ${pid} has no memory`);
  return Number(kibibytes) * 1024;
}
