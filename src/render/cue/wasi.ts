/**
 * The little that Go's runtime needs of a host (WASI preview 1), and nothing else: no files, no
 * environment, no arguments, no sockets. Node's own WASI would open the process's standard streams
 * to the guest.
 */
import { randomFillSync } from "node:crypto";
import {
  type WasmFunction,
  type WasmImports,
  type WasmMemory,
  type WasmModule,
  webAssembly,
} from "./web-assembly.ts";

// Numbers of errno in wasi_snapshot_preview1.
const success = 0;
const badFile = 8;
const noSuchFile = 44;
const notSupported = 52;

const logLimit = 16_384;
const eventSize = 32;
const subscriptionSize = 48;
const nanosecondsPerMs = 1_000_000;

/** The guest ended itself: Go does so after a panic, and when it is out of memory. */
class GuestExit extends Error {
  constructor(code: number) {
    super(`the guest exited with ${code}`);
    this.name = "GuestExit";
  }
}

export interface Host {
  readonly imports: WasmImports;
  /** To be given once the instance is there. */
  memory: WasmMemory | undefined;
  /** What the guest wrote to its standard streams, the beginning of it. */
  log: string;
}

/** @param module whose imports are all answered: what is not known here, with "not supported" */
export function createHost(module: WasmModule): Host {
  const host: Host = { imports: {}, memory: undefined, log: "" };
  const bytes = (): Uint8Array => new Uint8Array(host.memory?.buffer ?? new ArrayBuffer(0));
  const view = (): DataView => new DataView(host.memory?.buffer ?? new ArrayBuffer(0));
  const isStandard = (file: number): boolean => file <= 2;
  const known: Readonly<Record<string, WasmFunction>> = {
    args_sizes_get: (count: number, size: number) => {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return success;
    },
    args_get: () => success,
    environ_sizes_get: (count: number, size: number) => {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return success;
    },
    environ_get: () => success,
    // One clock that begins when the thread does: the guest's scheduler wants it, CUE does not.
    clock_time_get: (_clock: number, _precision: bigint, result: number) => {
      view().setBigUint64(result, now(), true);
      return success;
    },
    random_get: (start: number, length: number) => {
      randomFillSync(bytes(), start, length);
      return success;
    },
    fd_write: (file: number, vectors: number, count: number, written: number) => {
      if (!isStandard(file)) return badFile;
      let total = 0;
      for (let index = 0; index < count; index++) {
        const start = view().getUint32(vectors + index * 8, true);
        const length = view().getUint32(vectors + index * 8 + 4, true);
        total += length;
        const wanted = Math.min(length, logLimit - host.log.length);
        host.log += new TextDecoder().decode(bytes().slice(start, start + wanted));
      }
      view().setUint32(written, total, true);
      return success;
    },
    fd_fdstat_get: (file: number, result: number) => {
      if (!isStandard(file)) return badFile;
      bytes().fill(0, result, result + 24);
      return success;
    },
    fd_fdstat_set_flags: () => success,
    // The first folder that was opened beforehand: there is none.
    fd_prestat_get: () => badFile,
    path_open: () => noSuchFile,
    path_filestat_get: () => noSuchFile,
    path_readlink: () => noSuchFile,
    sched_yield: () => success,
    poll_oneoff: (subscriptions: number, events: number, count: number, result: number) => {
      sleepUntilFirst(view(), subscriptions, count);
      for (let index = 0; index < count; index++) {
        const from = subscriptions + index * subscriptionSize;
        const to = events + index * eventSize;
        const userData = view().getBigUint64(from, true);
        bytes().fill(0, to, to + eventSize);
        view().setBigUint64(to, userData, true);
        view().setUint8(to + 10, view().getUint8(from + 8));
      }
      view().setUint32(result, count, true);
      return success;
    },
    proc_exit: (code: number) => {
      throw new GuestExit(code);
    },
  };
  for (const { module: from, name, kind } of webAssembly.Module.imports(module)) {
    if (kind !== "function") throw new Error(`cue.wasm imports a ${kind}: ${from}.${name}`);
    const functions = (host.imports[from] ??= {});
    functions[name] = known[name] ?? (() => notSupported);
  }
  return host;
}

function now(): bigint {
  return BigInt(Math.round(performance.now() * nanosecondsPerMs));
}

/** Go asks for one thing alone: to be woken at a time. */
function sleepUntilFirst(view: DataView, subscriptions: number, count: number): void {
  let first = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const at = subscriptions + index * subscriptionSize;
    if (view.getUint8(at + 8) !== 0) continue;
    const isAbsolute = view.getUint16(at + 40, true) === 1;
    const timeout = view.getBigUint64(at + 24, true);
    first = Math.min(first, Number(isAbsolute ? timeout - now() : timeout));
  }
  if (!Number.isFinite(first) || first <= 0) return;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, first / nanosecondsPerMs);
}
