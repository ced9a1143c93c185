import { type Key, keyText } from "../../../controller/kube/index.ts";
import type { ReleasePointer } from "../../api/index.ts";
import { type Begun, sequenceOf } from "../deployment/deployment-plan.ts";
import { readCurrent } from "../deployment/deployment-request.ts";
import {
  type EnvironmentLogs,
  type LoggedOfPointer,
  loggedOf,
} from "../deployment/lost-history.ts";
import type { PointerState } from "../deployment/pointer-state.ts";
import type { ReconcilerDeps } from "../ports.ts";

interface Compared {
  readonly uid: string | undefined;
  /** The pointer's last deployment when it was looked at last. */
  readonly sequence: number;
  readonly ahead?: LoggedOfPointer;
}

/**
 * Whether Git has deployments that the cluster does not know. Every deployment is written to the
 * pointer's status before it is pushed, so Git is ahead only of a cluster whose objects went back:
 * etcd was restored from a backup. That happens beneath a process that is stopped, or shows as a
 * sequence that fell: so each pointer is compared once in the life of a process, and once more when
 * its sequence falls.
 */
export class GitComparison {
  readonly #deps: ReconcilerDeps;
  readonly #logs: EnvironmentLogs;
  readonly #compared = new Map<string, Compared>();

  constructor(deps: ReconcilerDeps, logs: EnvironmentLogs) {
    this.#deps = deps;
    this.#logs = logs;
  }

  isCompared({ metadata, status }: ReleasePointer): boolean {
    const key = keyText(metadata);
    const known = this.#compared.get(key);
    const sequence = status?.deployment?.sequence ?? 0;
    if (known === undefined || known.uid !== metadata.uid || sequence < known.sequence) {
      return false;
    }
    if (sequence > known.sequence) this.#compared.set(key, { ...known, sequence });
    return true;
  }

  /** What was found in Git and is still ahead of the pointer, which isCompared. */
  aheadOf(pointer: ReleasePointer): LoggedOfPointer | undefined {
    const { ahead } = this.#compared.get(keyText(pointer.metadata)) ?? {};
    const sequence = pointer.status?.deployment?.sequence ?? 0;
    return ahead !== undefined && ahead.sequence > sequence ? ahead : undefined;
  }

  /**
   * Asks Git what the pointer's file carries, and tells `state` of it.
   * @throws ForgeError as GitOpsWriter.currentDeployment and history
   */
  async compare(
    pointer: ReleasePointer,
    target: Begun["target"],
    signal: AbortSignal,
    state?: PointerState,
  ): Promise<LoggedOfPointer | undefined> {
    const sequence = pointer.status?.deployment?.sequence ?? 0;
    const current = await readCurrent(this.#deps, pointer, target, signal);
    if (state !== undefined) state.inGit = current;
    const isAhead = sequenceOf(pointer.spec, current?.id) > sequence;
    const ahead = isAhead
      ? await this.#logged(pointer, target, current?.id ?? "", signal)
      : undefined;
    const { uid } = pointer.metadata;
    this.#compared.set(keyText(pointer.metadata), { uid, sequence, ...(ahead && { ahead }) });
    return ahead;
  }

  forget(key: Key): void {
    this.#compared.delete(keyText(key));
  }

  /** The file alone does not say all; a person may have written there whatever they like. */
  async #logged(
    pointer: ReleasePointer,
    target: Begun["target"],
    id: string,
    signal: AbortSignal,
  ): Promise<LoggedOfPointer | undefined> {
    const log = await this.#logs.read(pointer, target, signal, id);
    const entry = log.find((each) => each.id === id);
    const found = entry && loggedOf(pointer, entry);
    if (found !== undefined) return found;
    const note = `The pointer file carries ${id}, which no commit of forge brought: it is left as it is.`;
    this.#deps.events.record(pointer, {
      type: "Warning",
      reason: "UnknownDeployment",
      action: "Compare",
      note,
    });
    return undefined;
  }
}
