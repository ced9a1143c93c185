import type { Backend, Terminal } from "./ports.ts";
import { serverTarget, type TargetOptions } from "./remote/server-target.ts";
import { originOfRun } from "./run-origin.ts";

/** The server that is set, or the cluster; each is loaded when it is used. */
export async function openBackend(
  options: TargetOptions,
  { env, version }: Pick<Terminal, "env" | "version">,
  signal: AbortSignal,
): Promise<Backend> {
  const target = serverTarget(options, env);
  const about = { userAgent: `forge/${version}`, signal, origin: originOfRun(env) };
  if (target !== undefined) {
    const { ServerBackend } = await import("./remote/server-backend.ts");
    return new ServerBackend(target, about);
  }
  const { ClusterBackend } = await import("./cluster/cluster-backend.ts");
  return new ClusterBackend(options, about);
}
