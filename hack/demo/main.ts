// The demo: `make demo`. It does by kubectl and forge what a user would, and reads each result back with
// kubectl, crane or git. It exits 0 only if all of it happened.
import { join } from "node:path";
import { chosenMaker, lacksForKind, leaveRunning } from "../../test/ground/index.ts";
import { requireTool } from "../../tools/locate.ts";
import { act } from "./acts.ts";
import { Narration } from "./narration.ts";
import { folder, namespace, type Parts, startParts, stopKept } from "./parts.ts";
import { type DemoShape, provideTools, toolsOf } from "./tools.ts";

if (process.argv[2] === "stop") {
  await stopKept();
  process.exit(0);
}

const keep = process.env["KEEP"] === "1";
const shape = demoShape();
const narration = new Narration();
let parts: Parts | undefined;
let failure: unknown;
const interrupted = new Promise<never>((_resolve, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
  }
});
// It may come while the parts start, when nobody waits for it yet.
interrupted.catch(() => undefined);

try {
  provideTools(toolsOf(shape));
  const cluster = shape.cluster === "kind" ? "a cluster of kind" : "etcd, kube-apiserver";
  narration.step(`Start ${cluster}, a registry and a git server on loopback`);
  parts = await startParts(shape);
  for (const { name, pid } of parts.processes) narration.found(name, `process ${pid}`);
  await Promise.race([act(parts, narration), interrupted]);
} catch (error) {
  failure = error;
}

if (failure === undefined && keep && parts !== undefined) {
  for (const { pid } of parts.processes) leaveRunning(pid);
  narration.step("All of it keeps running");
  // By their paths: nobody else need have these programs.
  const access = `--kubeconfig ${parts.kubeconfig} -n ${namespace}`;
  narration.command(`${requireTool("kubectl")} ${access} get rel,env,rp`);
  narration.command(`node_modules/.bin/node cmd/forge/main.ts status ${access}`);
  narration.command(`git -C ${join(parts.git.root, "company", "gitops.git")} log`);
  narration.command("make demo-stop");
} else {
  await parts?.stop();
}
if (failure !== undefined) {
  process.stderr.write(`\nThe demo failed: ${String(failure)}\nLogs are in ${folder}\n`);
  process.exit(1);
}
process.stdout.write("\nThe demo is complete.\n");
process.exit(0);

/** What $CLUSTER and $WITH choose; ends with a line when that cannot be had. */
function demoShape(): DemoShape {
  try {
    const shown = process.env["WITH"] ?? "";
    if (!["", "argocd"].includes(shown))
      throw new Error(`WITH is ${shown}: set it to argocd, or leave it out`);
    const cluster = chosenMaker();
    const lack = cluster === "kind" ? lacksForKind() : undefined;
    if (lack !== undefined) throw new Error(lack);
    return { cluster, withArgoCD: shown === "argocd" };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
