// Asks programs for their health again and again, in a thread of its own: what the thread beside it
// generates takes a second itself now and then.
import { request } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { Client, credentials } from "@grpc/grpc-js";
import { mainThread, processorTimer } from "./processor-wait.ts";

/** Asked by GET of a URL, or for its configuration on a socket of Argo CD's plugins. */
export type ProbeTarget = { readonly name: string; readonly pid: number } & (
  | { readonly url: string }
  | { readonly socket: string }
);

/** Told when a probe begins, and again with its end. */
export interface Probe {
  readonly target: string;
  /** By performance.timeOrigin and now, which threads share. */
  readonly at: number;
  /** Without the time that it and the program waited for a processor. */
  readonly tookMs?: number;
  /** The reason when there was no good answer. */
  readonly failure?: string;
}

const everyMs = 100;
const timeoutMs = 60_000;
const configuration = "/plugin.ConfigManagementPluginService/CheckPluginConfiguration";
const none = Buffer.alloc(0);

function askUrl(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, timeout: timeoutMs }, (answer) => {
      answer.resume();
      answer.once("error", reject);
      answer.once("end", () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`answered ${answer.statusCode}`));
      });
    });
    asked.once("error", reject);
    asked.once("timeout", () => asked.destroy(new Error("did not answer")));
    asked.end();
  });
}

function askSocket(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      configuration,
      () => none,
      (bytes: Buffer) => bytes,
      none,
      { deadline: Date.now() + timeoutMs },
      (error: Error | null) => (error === null ? resolve() : reject(error)),
    );
  });
}

function asker(target: ProbeTarget): () => Promise<void> {
  if ("url" in target) return () => askUrl(target.url);
  const client = new Client(`unix:${target.socket}`, credentials.createInsecure());
  return () => askSocket(client);
}

const now = () => performance.timeOrigin + performance.now();

async function probe(target: ProbeTarget): Promise<void> {
  const ask = asker(target);
  for (;;) {
    const at = now();
    const took = processorTimer([mainThread(target.pid), "thread-self"]);
    parentPort?.postMessage({ target: target.name, at } satisfies Probe);
    const failure = await ask().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const done: Probe = {
      ...{ target: target.name, at, tookMs: took() },
      ...(failure !== undefined && { failure }),
    };
    parentPort?.postMessage(done);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

for (const target of (workerData ?? []) as readonly ProbeTarget[]) void probe(target);
