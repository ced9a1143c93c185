// A thread that evaluates CUE, one request after another, until its instance fails or is too large.
import { parentPort, workerData } from "node:worker_threads";
import { CueInstance, InstanceFailure } from "./instance.ts";
import type { WorkerReply, WorkerTask } from "./protocol.ts";
import type { WasmModule } from "./web-assembly.ts";

const { module } = workerData as { readonly module: WasmModule };
const instance = new CueInstance(module);

parentPort?.on("message", ({ request }: WorkerTask) => {
  parentPort?.postMessage(reply(request));
});

function reply(request: string): WorkerReply {
  try {
    const answer = instance.evaluate(request);
    return { answer, memoryBytes: instance.memoryBytes };
  } catch (error) {
    if (!(error instanceof InstanceFailure)) throw error;
    return { failure: error.kind, message: error.message };
  }
}
