/** Operations that wait, in order; each is called to let it in, which takes it out of the line. */
export type Line = Set<() => void>;

/** Resolves once the caller is let in. @throws the signal's reason when it aborts before */
export async function waitInLine(line: Line, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const leave = (): void => {
    line.delete(enter);
    signal.removeEventListener("abort", abort);
  };
  const enter = (): void => {
    leave();
    resolve();
  };
  const abort = (): void => {
    leave();
    reject(signal.reason);
  };
  line.add(enter);
  signal.addEventListener("abort", abort, { once: true });
  await promise;
}
