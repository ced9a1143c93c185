/**
 * CUE in threads of its own, since an evaluation may take forever and all the memory there is.
 *
 * The module is compiled once and shared; each thread has an instance of it, made when there is
 * work and given up after a while without. An instance never gives memory back, so that it is
 * replaced after many evaluations, or when it has grown. What exceeds the time is ended with its
 * thread; memory is bounded by the module itself. Either way one evaluation fails and no other.
 */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { ForgeError } from "../../api/index.ts";
import type { CueEvaluator } from "./evaluator.ts";
import type { CueAnswer, CueRequest, WorkerReply, WorkerTask } from "./protocol.ts";
import { type WasmModule, webAssembly } from "./web-assembly.ts";

export interface CueWorkerOptions {
  /** Path of cue.wasm. */
  readonly wasm: string;
  /** The program of a thread: worker.ts, or what was bundled from it. */
  readonly program: URL;
  /** How many evaluations run at once. */
  readonly threads?: number;
  readonly timeoutMs?: number;
  readonly evaluationsPerInstance?: number;
  /** An instance that has grown beyond is replaced. */
  readonly instanceBytes?: number;
  /** How long a thread is kept without work. */
  readonly idleMs?: number;
  /** How many evaluations may wait. */
  readonly queueLength?: number;
}

const defaults = {
  threads: 2,
  timeoutMs: 30_000,
  evaluationsPerInstance: 100,
  instanceBytes: 160 * 1024 * 1024,
  idleMs: 60_000,
  queueLength: 1_000,
} as const;

/**
 * Go's calls are calls of WebAssembly, on the stack of the thread: real projects take a hundredth
 * of this. The heap holds requests and answers alone.
 */
const resourceLimits = {
  stackSizeMb: 16,
  maxOldGenerationSizeMb: 128,
  maxYoungGenerationSizeMb: 16,
};

interface Task {
  readonly request: string;
  readonly resolve: (answer: CueAnswer) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  evaluations: number;
  task: Task | undefined;
  /** Of the task while there is one, else of its idleness. */
  timer: NodeJS.Timeout | undefined;
}

export class CueWorkers implements CueEvaluator {
  readonly #options: Required<CueWorkerOptions>;
  readonly #threads = new Set<Thread>();
  readonly #waiting: Task[] = [];
  #module: Promise<WasmModule> | undefined;
  #closed = false;

  constructor(options: CueWorkerOptions) {
    this.#options = { ...defaults, ...options };
  }

  /** How many threads there are now. */
  get threads(): number {
    return this.#threads.size;
  }

  async evaluate(request: CueRequest, signal: AbortSignal): Promise<CueAnswer> {
    signal.throwIfAborted();
    const module = await this.#compiled();
    signal.throwIfAborted();
    if (this.#closed) throw new ForgeError("RendererUnavailable", "CUE's evaluator is shut down");
    if (this.#waiting.length >= this.#options.queueLength) {
      throw new ForgeError(
        "RendererUnavailable",
        `${this.#waiting.length} projects in CUE wait to be rendered already`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<CueAnswer>();
    const task: Task = { request: JSON.stringify(request), resolve, reject };
    const abort = (): void => this.#abandon(task, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    this.#waiting.push(task);
    this.#dispatch(module);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** Ends every thread; what was asked and not answered fails. */
  async close(): Promise<void> {
    this.#closed = true;
    const error = new ForgeError("RendererUnavailable", "CUE's evaluator is shut down");
    for (const task of this.#waiting.splice(0)) task.reject(error);
    await Promise.all([...this.#threads].map((thread) => this.#end(thread, error)));
  }

  #compiled(): Promise<WasmModule> {
    this.#module ??= compile(this.#options.wasm).catch((error: unknown) => {
      this.#module = undefined;
      throw error;
    });
    return this.#module;
  }

  #dispatch(module: WasmModule): void {
    while (this.#waiting.length > 0) {
      const idle = [...this.#threads].find(({ task }) => task === undefined);
      if (idle === undefined && this.#threads.size >= this.#options.threads) return;
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#start(idle ?? this.#spawn(module), task);
    }
  }

  #start(thread: Thread, task: Task): void {
    clearTimeout(thread.timer);
    thread.task = task;
    thread.evaluations += 1;
    const { timeoutMs } = this.#options;
    thread.timer = setTimeout(() => {
      const seconds = `${timeoutMs / 1_000} s`;
      void this.#end(thread, tooCostly(`the evaluation takes longer than ${seconds}`));
    }, timeoutMs);
    thread.worker.postMessage({ request: task.request } satisfies WorkerTask);
  }

  #spawn(module: WasmModule): Thread {
    const worker = new Worker(this.#options.program, {
      workerData: { module },
      resourceLimits,
      env: {},
      execArgv: [],
    });
    // A thread keeps no process from ending: who waits for an answer does.
    worker.unref();
    const thread: Thread = { worker, evaluations: 0, task: undefined, timer: undefined };
    this.#threads.add(thread);
    worker.on("message", (reply: WorkerReply) => this.#finish(thread, module, reply));
    const lost = (cause: unknown): void => {
      const isMemory = (cause as { code?: string })?.code === "ERR_WORKER_OUT_OF_MEMORY";
      const error = isMemory
        ? tooCostly("the evaluation takes too much memory")
        : new ForgeError("RenderingFailed", "the thread of CUE's evaluator ended", { cause });
      void this.#end(thread, error).then(() => this.#dispatch(module));
    };
    worker.on("error", lost);
    worker.on("exit", lost);
    return thread;
  }

  #finish(thread: Thread, module: WasmModule, reply: WorkerReply): void {
    const { task } = thread;
    if (task === undefined) return;
    if ("failure" in reply) {
      const error =
        reply.failure === "fault"
          ? new ForgeError("RenderingFailed", reply.message)
          : tooCostly(reply.message);
      void this.#end(thread, error);
    } else {
      clearTimeout(thread.timer);
      thread.task = undefined;
      const { evaluationsPerInstance, instanceBytes, idleMs } = this.#options;
      if (thread.evaluations >= evaluationsPerInstance || reply.memoryBytes > instanceBytes) {
        void this.#end(thread);
      } else {
        thread.timer = setTimeout(() => void this.#end(thread), idleMs);
        thread.timer.unref();
      }
      settle(task, reply.answer);
    }
    this.#dispatch(module);
  }

  /** Ends a thread, and with the error the task that it was at. */
  async #end(thread: Thread, error?: unknown): Promise<void> {
    clearTimeout(thread.timer);
    if (!this.#threads.delete(thread)) return;
    const { task } = thread;
    thread.task = undefined;
    thread.worker.removeAllListeners();
    thread.worker.on("error", () => undefined);
    const ended = thread.worker.terminate();
    task?.reject(error);
    await ended;
    if (!this.#closed && this.#waiting.length > 0) this.#dispatch(await this.#compiled());
  }

  #abandon(task: Task, reason: unknown): void {
    const index = this.#waiting.indexOf(task);
    if (index >= 0) this.#waiting.splice(index, 1);
    for (const thread of this.#threads) if (thread.task === task) void this.#end(thread, reason);
    task.reject(reason);
  }
}

async function compile(path: string): Promise<WasmModule> {
  try {
    return await webAssembly.compile(await readFile(path));
  } catch (cause) {
    throw new ForgeError("RendererUnavailable", `CUE's evaluator cannot be read from ${path}`, {
      cause,
    });
  }
}

function settle(task: Task, answer: string): void {
  try {
    task.resolve(JSON.parse(answer) as CueAnswer);
  } catch (cause) {
    task.reject(new ForgeError("RenderingFailed", "CUE's evaluator answered no JSON", { cause }));
  }
}

function tooCostly(message: string): ForgeError {
  return new ForgeError("SourceTooCostly", message);
}
