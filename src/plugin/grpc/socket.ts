/**
 * A unix socket that changes hands without a gap. The server listens on a socket in a folder of its
 * own, with the right mode from the start, which is then renamed to the path that clients know:
 * who connects meets the old server or the new one, and a dead one's socket is simply replaced.
 */
import { chmod, mkdtemp, rename, rm, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** sun_path of Linux, less the NUL (unix(7)). */
const maxPathBytes = 107;

export interface PlacedSocket {
  /** Takes the path away, unless another server has it by now. */
  remove(): Promise<void>;
}

/**
 * @param listen binds a path
 * @param mode of the socket's file; whoever may write to it may connect
 */
export async function placeSocket(
  path: string,
  mode: number,
  listen: (path: string) => Promise<void>,
): Promise<PlacedSocket> {
  // Argo CD takes every socket in the folder for a plugin, but no folder.
  const aside = await mkdtemp(join(dirname(path), ".forge-"));
  const own = join(aside, basename(path));
  try {
    if (Buffer.byteLength(own) > maxPathBytes) {
      throw new Error(`${own}: a socket's path has at most ${maxPathBytes} bytes`);
    }
    await listen(own);
    await chmod(own, mode);
    const { ino, dev } = await stat(own);
    await rename(own, path);
    return {
      remove: async () => {
        const now = await stat(path).catch(() => undefined);
        if (now?.ino === ino && now.dev === dev) await unlink(path);
      },
    };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
