import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Asked again and again until it answers true. */
  readonly ready: () => Promise<boolean>;
  readonly readyWithinMs?: number;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves once the process has ended. */
  readonly exited: Promise<void>;
  isRunning(): boolean;
  /** SIGTERM, then SIGKILL after the grace period. */
  stop(graceMs?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Lets a process live on when this one ends. */
export function leaveRunning(pid: number): void {
  for (const child of running) if (child.pid === pid) running.delete(child);
}

/** Whether a process is there, be it of another parent. */
export function isAlive(pid: number): boolean {
  return sendTo(pid, 0);
}

function sendTo(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/**
 * Stops a process that another one started: SIGTERM, then SIGKILL after ten seconds.
 * Answers whether it was still running.
 */
export async function stopByPid(pid: number): Promise<boolean> {
  if (!sendTo(pid, "SIGTERM")) return false;
  const deadline = Date.now() + 10_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) sendTo(pid, "SIGKILL");
    await sleep(50);
  }
  return true;
}

/** Processes that name a folder in their arguments: those that were started for it. */
export function processesOf(folder: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, "utf8").includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Starts a program in the background and waits until it is ready; its output goes to a file. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "a");
  // In a session of its own, so that Ctrl-C reaches us alone and we stop it in order.
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  running.add(child);
  let failure: Error | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      failure = error;
      resolve();
    });
    child.once("exit", () => resolve());
  }).then(() => {
    running.delete(child);
  });
  const isRunning = () => running.has(child);
  const handle: RunningProcess = {
    name: options.name,
    pid: child.pid ?? -1,
    logFile: options.logFile,
    exited,
    isRunning,
    kill: (signal) => {
      child.kill(signal);
    },
    stop: async (graceMs = 10_000) => {
      if (!isRunning()) return;
      // Else this process may end of itself while it waits.
      child.ref();
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exited;
      clearTimeout(late);
    },
  };
  const deadline = Date.now() + (options.readyWithinMs ?? 60_000);
  while (!(await options.ready().catch(() => false))) {
    if (!isRunning() || Date.now() > deadline) {
      await handle.stop(0);
      throw new Error(
        `${options.name} did not start: ${failure?.message ?? lastLines(options.logFile)}`,
      );
    }
    await sleep(50);
  }
  child.unref();
  return handle;
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").split("\n").slice(-15).join("\n");
}
