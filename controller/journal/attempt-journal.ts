import { type Clock, jitter, type Key, keyText, type Logger, type Random } from "../kube/index.ts";
import { type JournalLine, JournalWriter, readJournal } from "./journal-file.ts";
import { suspectsIn } from "./suspects.ts";

export interface AttemptJournalOptions {
  /** A file on a volume that outlives the process, in a folder that may be written to. */
  readonly path: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** The delay after the first crash, doubled after each further one up to the cap. */
  readonly backoff?: { readonly baseMs: number; readonly capMs: number };
}

const defaultBackoff = { baseMs: 10_000, capMs: 3_600_000 };

/**
 * Remembers across restarts which attempts were in flight, so that an object whose attempt ends the
 * process (by its memory, or a probe that is not answered) is not the first in every queue again. A
 * journal that cannot be read or written is logged, and stops nothing.
 */
export class AttemptJournal {
  readonly #options: AttemptJournalOptions;
  readonly #writer: JournalWriter;
  readonly #openedAt: number;
  /** Crashes of each suspect, and when its next attempt may begin; monotonic. */
  readonly #suspects = new Map<string, { readonly crashes: number; readonly notBefore: number }>();
  readonly #inFlight = new Map<number, string>();
  #sequence = 0;
  #isWritable = true;

  constructor(options: AttemptJournalOptions) {
    this.#options = options;
    this.#writer = new JournalWriter(options.path);
    this.#openedAt = options.clock.monotonic();
    this.#try("read", () => {
      for (const [subject, crashes] of suspectsIn(readJournal(options.path))) {
        this.#suspect(subject, crashes);
      }
    });
    this.#try("written", () => this.#writer.replace(this.#lines()));
  }

  /** How long an attempt must wait because of crashes; 0 for all but suspects. */
  delayMs(controller: string, key: Key): number {
    if (this.#suspects.size === 0) return 0;
    const suspect = this.#suspects.get(subjectOf(controller, key));
    if (suspect === undefined) return 0;
    return Math.max(0, suspect.notBefore - this.#options.clock.monotonic());
  }

  /** Marks an attempt as begun. To be called with the result when it has ended, however it did. */
  begin(controller: string, key: Key): () => void {
    const id = this.#sequence++;
    const subject = subjectOf(controller, key);
    this.#inFlight.set(id, subject);
    this.#append(["begun", id, subject]);
    return () => {
      this.#inFlight.delete(id);
      this.#suspects.delete(subject);
      this.#append(["ended", id]);
    };
  }

  close(): void {
    this.#isWritable = false;
    this.#try("closed", () => this.#writer.close());
  }

  #suspect(subject: string, crashes: number): void {
    const { backoff = defaultBackoff, random, log } = this.#options;
    const fullMs = Math.min(backoff.capMs, backoff.baseMs * 2 ** Math.min(crashes - 1, 30));
    // Suspects that begin together could not be told apart by the next crash.
    const afterMs = jitter(fullMs, 0.25, random);
    this.#suspects.set(subject, { crashes, notBefore: this.#openedAt + afterMs });
    log.warn({ subject, crashes, afterMs }, "the process ended during an attempt: it waits");
  }

  #lines(): JournalLine[] {
    return [
      ...[...this.#suspects].map(
        ([subject, { crashes }]): JournalLine => ["crashed", crashes, subject],
      ),
      ...[...this.#inFlight].map(([id, subject]): JournalLine => ["begun", id, subject]),
    ];
  }

  #append(line: JournalLine): void {
    if (!this.#isWritable) return;
    this.#try("written", () => {
      if (!this.#writer.append(line)) this.#writer.replace(this.#lines());
    });
  }

  #try(what: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (what === "written") this.#isWritable = false;
      const { log, path } = this.#options;
      log.warn({ error, path }, `the journal of attempts cannot be ${what}: crashes are forgotten`);
    }
  }
}

function subjectOf(controller: string, key: Key): string {
  return `${controller} ${keyText(key)}`;
}
