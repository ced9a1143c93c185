import type { PromotionPolicy } from "../api/index.ts";
import { type CronSchedule, readCron } from "./cron-schedule.ts";
import { milliseconds } from "./duration.ts";
import { instant } from "./instant.ts";

type Freeze = PromotionPolicy["freezes"][number];

/** A stretch of time, in milliseconds, in which one answer holds. */
export interface Stretch {
  readonly from: number;
  /** First moment at which the answer may be another; infinite where there is none. */
  readonly until: number;
  /** That moment as status says it; empty where there is none. */
  readonly untilText: string;
  /** The freeze that keeps the environment closed to the end of the stretch; absent when open. */
  readonly freeze?: Freeze;
  /** Set when the freeze does not end with the stretch: its end was too far to look for. */
  readonly goesOn?: true;
}

export interface InvalidFreeze {
  /** Such as freezes[0].cron. */
  readonly field: string;
  readonly problem: string;
}

interface Window {
  readonly freeze: Freeze;
  readonly duration: number;
  readonly schedule: CronSchedule;
}

/** How far overlapping windows are followed: 64 starts, which are at least an hour and a bit. */
const mergeSteps = 64;
const hour = 3_600_000;

/** Reads the freezes of an environment; the first that cannot be read is named. */
export function readFreezes(freezes: readonly Freeze[]): FreezeCalendar | InvalidFreeze {
  const windows: Window[] = [];
  for (const [index, freeze] of freezes.entries()) {
    const schedule = readCron(freeze.cron, freeze.timeZone);
    if ("problem" in schedule) {
      return { field: `freezes[${index}].${schedule.field}`, problem: schedule.problem };
    }
    const duration = milliseconds(freeze.duration);
    if (duration === 0) {
      const problem = `${freeze.duration || "an empty text"} lasts no time`;
      return { field: `freezes[${index}].duration`, problem };
    }
    windows.push({ freeze, duration, schedule });
  }
  return new FreezeCalendar(windows);
}

/**
 * When an environment is frozen, by all its freezes together: windows that overlap or touch are
 * one. Every moment of a stretch gives the same stretch's end, whenever it is asked for.
 */
export class FreezeCalendar {
  readonly #windows: readonly Window[];
  /** The answer that was given last: time mostly goes on within it. */
  #last: Stretch | undefined;

  constructor(windows: readonly Window[]) {
    this.#windows = windows;
  }

  at(moment: number): Stretch {
    const last = this.#last;
    if (last !== undefined && last.from <= moment && moment < last.until) return last;
    this.#last = this.#closedAt(moment) ? this.#closedStretch(moment) : this.#openStretch(moment);
    return this.#last;
  }

  #openStretch(moment: number): Stretch {
    const until = this.#firstStart(moment);
    return { from: moment, until, untilText: Number.isFinite(until) ? instant(until) : "" };
  }

  /**
   * Walks from the full hour, so that each moment of an hour takes the same steps and finds the
   * same end, also where the end is too far to be found.
   */
  #closedStretch(moment: number): Stretch {
    const fullHour = Math.floor(moment / hour) * hour;
    for (let from = fullHour; ; ) {
      if (!this.#closedAt(from)) from = this.#firstStart(from);
      const { end, goesOn } = this.#followed(from);
      const until = goesOn ? fullHour + hour : end;
      if (moment < until) {
        const freeze = this.#windowsAt(until - 1)[0]?.freeze;
        const stretch = { from, until, untilText: instant(until) };
        return { ...stretch, ...(freeze && { freeze }), ...(goesOn && { goesOn }) };
      }
      from = until;
    }
  }

  /** The end of the windows that begin before the end of one another. */
  #followed(from: number): { end: number; goesOn?: true } {
    let end = from;
    for (let step = 0; step < mergeSteps; step++) {
      const ends = this.#windowsAt(end).map((window) => window.end);
      if (ends.length === 0) return { end };
      end = Math.max(...ends);
    }
    return { end, goesOn: true };
  }

  #closedAt(moment: number): boolean {
    return this.#windowsAt(moment).length > 0;
  }

  #windowsAt(moment: number): { freeze: Freeze; end: number }[] {
    return this.#windows.flatMap(({ freeze, duration, schedule }) => {
      const start = schedule.lastUpTo(moment);
      if (start === undefined || start + duration <= moment) return [];
      return { freeze, end: start + duration };
    });
  }

  #firstStart(moment: number): number {
    const starts = this.#windows.map(({ schedule }) => schedule.firstAfter(moment));
    return Math.min(...starts.map((start) => start ?? Number.POSITIVE_INFINITY));
  }
}
