import { Cron } from "croner";

/** The moments that a cron expression names in a time zone, in milliseconds since 1970. */
export interface CronSchedule {
  lastUpTo(moment: number): number | undefined;
  firstAfter(moment: number): number | undefined;
}

/** Why a schedule cannot be read: the field, and a sentence about its value. */
export interface InvalidSchedule {
  readonly field: "cron" | "timeZone";
  readonly problem: string;
}

/**
 * Where the clock is put forward, a time that it leaves out comes right behind the gap; where it
 * is put back, a time that comes twice counts once, unless the expression repeats within the day.
 */
export function readCron(cron: string, timeZone: string): CronSchedule | InvalidSchedule {
  if (!isTimeZone(timeZone)) {
    return { field: "timeZone", problem: `${timeZone || "an empty text"} is no IANA time zone` };
  }
  // The library takes more than five fields, nicknames, and signs that depend on the present.
  if (!/^[0-9A-Za-z*,/#-]+(\s+[0-9A-Za-z*,/#-]+){4}$/.test(cron.trim())) {
    return { field: "cron", problem: `${cron} is not of five cron fields` };
  }
  try {
    const library = new Cron(cron, { timezone: timeZone, mode: "5-part", paused: true });
    if (library.nextRun(new Date(0)) === null) {
      return { field: "cron", problem: `${cron} names a day that never comes` };
    }
    return {
      // The library looks before the moment that it is given.
      lastUpTo: (moment) => library.previousRuns(1, new Date(moment + 1))[0]?.getTime(),
      firstAfter: (moment) => library.nextRun(new Date(moment))?.getTime(),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { field: "cron", problem: `${cron}: ${why.replace(/^CronPattern: /, "")}` };
  }
}

function isTimeZone(name: string): boolean {
  // Intl takes offsets such as +02:00 too, which know no daylight saving.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
