/** The text of one listener's server-sent events (WHATWG HTML, section 9.2). */
import { type Clock, sleep } from "../../../controller/kube/index.ts";
import type { ChangeFeed } from "./change-feed.ts";

const heartbeatMs = 15_000;

export interface EventStreamOptions {
  readonly feed: ChangeFeed;
  /** Id of the last event that was seen. */
  readonly since: string | undefined;
  /** Whether the listener may see an event of the kind in the namespace; asked for each event. */
  readonly mayRead: (kind: string, namespace: string) => Promise<boolean>;
  /** Whether the listener is still who it was; asked with each heartbeat. */
  readonly isKnown: () => Promise<boolean>;
  readonly clock: Clock;
  /** Ends the texts: the listener went away, or the server stops. */
  readonly signal: AbortSignal;
}

/**
 * Nothing is read for a listener that takes nothing: each text is looked for when it is asked for.
 * A listener that fell too far behind, or comes back too late, is told to read everything anew
 * ("reset").
 */
export async function* eventTexts(
  options: EventStreamOptions,
): AsyncGenerator<string, void, undefined> {
  const { feed, since, mayRead, isKnown, clock, signal } = options;
  const found = since === undefined ? feed.end : feed.placeBehind(since);
  let place = found ?? feed.end;
  yield found === undefined ? resetText(feed, place) : `retry: 3000\n: listening\n\n`;
  let heardAt = clock.monotonic();
  while (!signal.aborted) {
    if (feed.isForgotten(place)) {
      place = feed.end;
      yield resetText(feed, place);
    }
    const news = feed.news();
    const change = feed.at(place);
    if (change !== undefined) {
      place += 1;
      const { id, event } = change;
      if (await mayRead(event.kind, event.namespace)) {
        yield `id: ${id}\nevent: change\ndata: ${JSON.stringify(event)}\n\n`;
      }
      continue;
    }
    const dueMs = heardAt + heartbeatMs - clock.monotonic();
    if (dueMs > 0 && !(await isSilent(news, dueMs, clock, signal))) continue;
    if (!(await isKnown())) return;
    heardAt = clock.monotonic();
    yield ": heartbeat\n\n";
  }
}

function resetText(feed: ChangeFeed, place: number): string {
  return `retry: 3000\nid: ${feed.idOf(place - 1)}\nevent: reset\ndata: {}\n\n`;
}

/** Whether nothing came until then. */
async function isSilent(
  news: Promise<void>,
  untilMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const came = new AbortController();
  const wake = () => came.abort();
  signal.addEventListener("abort", wake, { once: true });
  void news.then(wake);
  await sleep(clock, untilMs, came.signal);
  signal.removeEventListener("abort", wake);
  return !came.signal.aborted;
}
