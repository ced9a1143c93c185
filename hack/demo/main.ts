// The demo: `make demo`. It does by kubectl and forge what a user would, and reads each result back with
// kubectl, crane or git. It exits 0 only if all of it happened.
import { leaveRunning } from "../../test/ground/index.ts";
import { act } from "./acts.ts";
import { Narration } from "./narration.ts";
import { folder, type Parts, startParts, stopKept } from "./parts.ts";

if (process.argv[2] === "stop") {
  await stopKept();
  process.exit(0);
}

const keep = process.env["KEEP"] === "1";
const narration = new Narration();
let parts: Parts | undefined;
let failure: unknown;
const interrupted = new Promise<never>((_resolve, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => reject(new Error(`stopped by ${signal}`)));
  }
});

try {
  narration.step("Start etcd, kube-apiserver, a registry and a git server on loopback");
  parts = await startParts({
    cluster: process.env["CLUSTER"] ?? "",
    withArgoCD: process.env["WITH"] === "argocd",
  });
  for (const { name, pid } of parts.processes) narration.found(name, `process ${pid}`);
  await Promise.race([act(parts, narration), interrupted]);
} catch (error) {
  failure = error;
}

if (failure === undefined && keep && parts !== undefined) {
  for (const { pid } of parts.processes) leaveRunning(pid);
  narration.step("All of it keeps running");
  narration.command(`kubectl --kubeconfig ${parts.kubeconfig} -n shop get rel,env,rp`);
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
