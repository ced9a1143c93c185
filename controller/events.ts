import { randomBytes } from "node:crypto";
import { boundedText } from "./bounded-text.ts";
import {
  type Clock,
  type KubeClient,
  type KubeObject,
  keyOf,
  keyText,
  type Logger,
  type Resource,
} from "./kube/index.ts";

export interface EventText {
  readonly type: "Normal" | "Warning";
  /** Why, in one word: Deployed, Refused. */
  readonly reason: string;
  /** What was done or tried, in one word: Deploy, Render. */
  readonly action: string;
  /** For people; cut at 1 kB. */
  readonly note: string;
}

export interface EventRecorderOptions {
  readonly client: Pick<KubeClient, "create">;
  readonly log: Logger;
  readonly clock: Clock;
  /** The program, such as forge-controller. */
  readonly controller: string;
  /** This process of it, such as its pod's name. */
  readonly instance: string;
  /** The same event of the same object is written once within this time. */
  readonly repeatMs?: number;
}

const eventsResource: Resource = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  kind: "Event",
  namespaced: true,
};

const noteBytes = 1_024;
/** Few, so that a burst of them leaves the connections to what is asked for. */
const maximumInFlight = 4;
const maximumWaiting = 1_000;
const maximumRemembered = 1_000;
const writeTimeoutMs = 10_000;
const flushMs = 5_000;

/**
 * Writes events.k8s.io/v1 Events, for transitions only. They are a courtesy: one that cannot be
 * written, or comes while too many wait, is logged and dropped.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  /** When an event was last written, oldest first. */
  readonly #remembered = new Map<string, number>();
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #writers = new Set<Promise<void>>();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  /** Returns at once, and never throws. */
  record(object: KubeObject, text: EventText): void {
    if (this.#isRepeated(object, text)) return;
    if (this.#waiting.length >= maximumWaiting) {
      this.#options.log.warn({ reason: text.reason, key: keyText(keyOf(object)) }, "event dropped");
      return;
    }
    const happenedAt = this.#options.clock.now();
    const { apiVersion, kind, metadata } = object;
    this.#waiting.push(() => this.#write({ apiVersion, kind, metadata }, text, happenedAt));
    if (this.#writers.size >= maximumInFlight) return;
    const writer = this.#writeWaiting();
    this.#writers.add(writer);
    void writer.finally(() => this.#writers.delete(writer));
  }

  /** Waits until all that was recorded is written or given up; what waits too long is dropped. */
  async flush(): Promise<void> {
    const cancel = this.#options.clock.after(flushMs, () => {
      this.#waiting.length = 0;
    });
    await Promise.all(this.#writers);
    cancel();
  }

  async #writeWaiting(): Promise<void> {
    for (let write = this.#waiting.shift(); write; write = this.#waiting.shift()) await write();
  }

  #isRepeated(object: KubeObject, { type, reason, note }: EventText): boolean {
    const { clock, repeatMs = 300_000 } = this.#options;
    const identity = JSON.stringify([object.metadata.uid, type, reason, note]);
    const now = clock.monotonic();
    const last = this.#remembered.get(identity);
    if (last !== undefined && now - last < repeatMs) return true;
    this.#remembered.delete(identity);
    this.#remembered.set(identity, now);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > maximumRemembered && oldest) this.#remembered.delete(oldest);
    return false;
  }

  async #write(object: KubeObject, text: EventText, happenedAt: number): Promise<void> {
    const { client, log, controller, instance } = this.#options;
    const { name, namespace = "", uid, resourceVersion } = object.metadata;
    const { apiVersion, kind } = object;
    const event = {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: {
        // A name may have 253 characters.
        name: `${name.slice(0, 230)}.${randomBytes(8).toString("hex")}`,
        // Events of objects without a namespace go there.
        namespace: namespace || "default",
      },
      eventTime: microTime(happenedAt),
      reportingController: controller,
      reportingInstance: instance,
      type: text.type,
      reason: text.reason,
      action: text.action,
      note: boundedText(text.note, noteBytes),
      regarding: { apiVersion, kind, name, namespace, uid, resourceVersion },
    };
    try {
      await client.create(eventsResource, event, { timeoutMs: writeTimeoutMs });
    } catch (error) {
      log.warn({ error, reason: text.reason, key: keyText(keyOf(object)) }, "event not written");
    }
  }
}

/** metav1.MicroTime, which must have six digits of a second. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}
