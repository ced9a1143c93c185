import type { IncomingMessage } from "node:http";

/** Whether a request that a git server intercepts is a push. */
export function isPush({ method, url }: IncomingMessage): boolean {
  return method === "POST" && url?.endsWith("git-receive-pack") === true;
}
