import { whoAmI } from "../../controller/kube/index.ts";
import type { OwnUser, ReconcilerDeps } from "./ports.ts";

/**
 * The name under which the API server knows this process: what it asks for by itself, it asks for
 * in its own name, as everybody must. Asked once.
 */
export function ownUserBy(client: Pick<ReconcilerDeps["client"], "create">): OwnUser {
  let known: string | undefined;
  return async (signal) => {
    known ??= (await whoAmI(client, { signal })).user;
    return known;
  };
}
