import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FreezeCalendar, readFreezes } from "./freeze-calendar.ts";

const minute = 60_000;
const start = Date.parse("2026-01-01T00:00:00Z");
const end = Date.parse("2027-01-01T00:00:00Z");

interface Freeze {
  readonly cron: string;
  readonly duration: string;
  readonly timeZone: string;
}

function calendar(...freezes: readonly Freeze[]): FreezeCalendar {
  const read = readFreezes(freezes);
  if (!(read instanceof FreezeCalendar)) throw new Error(read.problem);
  return read;
}

const at = (freezes: readonly Freeze[], moment: string) => {
  const { until, freeze, goesOn } = calendar(...freezes).at(Date.parse(moment));
  const when = Number.isFinite(until) ? new Date(until).toISOString() : "never";
  return { until: when, cron: freeze?.cron, goesOn };
};

/**
 * Local time without the library under test: minutes since 1970 as the wall clock shows them.
 * Offsets change on half hours at the most.
 */
function wallClock(timeZone: string): (moment: number) => number {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const offsets = new Map<number, number>();
  return (moment) => {
    const half = Math.floor(moment / (30 * minute));
    let offset = offsets.get(half);
    if (offset === undefined) {
      const shown = format.formatToParts(half * 30 * minute);
      const text = shown.find(({ type }) => type === "timeZoneName")?.value ?? "";
      const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(text) ?? ["", "+", "0", "0"];
      offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
      offsets.set(half, offset);
    }
    return Math.floor(moment / minute) + offset;
  };
}

/** Moments of the year at which the wall clock shows a weekday (0 is Sunday) and a time. */
function startsOf(timeZone: string, weekday: number | undefined, hour: number, past: number) {
  const local = wallClock(timeZone);
  const starts: number[] = [];
  for (let moment = start - 7 * 24 * 60 * minute; moment < end; moment += minute) {
    const shown = local(moment);
    const day = (Math.floor(shown / 1440) + 4) % 7;
    if (shown % 1440 === hour * 60 + past && (weekday === undefined || day === weekday)) {
      starts.push(moment);
    }
  }
  return starts;
}

/** The stretches of a year, found by asking for each minute. */
function frozenMinutes(of: FreezeCalendar): { minutes: number; stretches: [number, number][] } {
  const stretches: [number, number][] = [];
  let minutes = 0;
  for (let moment = start; moment < end; moment += minute) {
    const { freeze, until } = of.at(moment);
    if (freeze === undefined) continue;
    minutes++;
    const last = stretches.at(-1);
    if (last?.[1] !== until) stretches.push([moment, until]);
  }
  return { minutes, stretches };
}

describe("a year of freezes", () => {
  test.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])(
    "the weekend of %s begins when its clock shows 18:00 and lasts 62 hours",
    (timeZone) => {
      const weekend = calendar({ cron: "0 18 * * 5", duration: "62h", timeZone });
      const expected = startsOf(timeZone, 5, 18, 0)
        .map((from): [number, number] => [Math.max(from, start), from + 62 * 60 * minute])
        .filter(([, until]) => until > start);
      const { stretches, minutes } = frozenMinutes(weekend);
      expect(stretches).toEqual(expected);
      expect(minutes).toBe(
        expected.reduce((sum, [from, until]) => sum + (Math.min(until, end) - from) / minute, 0),
      );
    },
  );

  test("every night has its freeze, also where the clock leaves its begin out or shows it twice", () => {
    const night = calendar({ cron: "30 2 * * *", duration: "1h", timeZone: "Europe/Berlin" });
    const { stretches } = frozenMinutes(night);
    const begins = stretches.map(([from]) => from);
    const shown = startsOf("Europe/Berlin", undefined, 2, 30).filter((moment) => moment >= start);
    const repeated = Date.parse("2026-10-25T01:30:00Z");
    const left = Date.parse("2026-03-29T01:00:00Z");
    expect(begins).toEqual(
      [...shown.filter((m) => m !== repeated), left].toSorted((a, b) => a - b),
    );
    expect(begins).toHaveLength(365);
    expect(stretches.every(([from, until]) => until - from === 60 * minute)).toBe(true);
  });

  test("freezes that overlap or touch are one, those that do not are two", () => {
    const both = calendar(
      { cron: "0 18 * * 5", duration: "24h", timeZone: "Europe/Berlin" },
      { cron: "0 12 * * 6", duration: "36h", timeZone: "Europe/Berlin" },
      { cron: "0 0 * * 1", duration: "8h", timeZone: "Europe/Berlin" },
      { cron: "0 12 * * 3", duration: "1h", timeZone: "Europe/Berlin" },
    );
    const { stretches } = frozenMinutes(both);
    const hours = stretches.slice(1, -1).map(([from, until]) => (until - from) / 60 / minute);
    const counts = Object.groupBy(hours, (length) => length);
    expect(
      Object.entries(counts).map(([length, all = []]) => [Number(length), all.length]),
    ).toEqual([
      // A Wednesday's hour.
      [1, 51],
      // From Sunday midnight to Monday 08:00, where the clock was put back and left an hour open.
      [8, 1],
      [54, 1],
      // From Friday 18:00 to Monday 08:00, where the clock was put forward, and all others.
      [61, 1],
      [62, 49],
    ]);
  });
});

describe("what a calendar answers", () => {
  const weekend = { cron: "0 18 * * 5", duration: "62h", timeZone: "Europe/Berlin" };

  test.each([
    {
      because: "it is Saturday",
      freezes: [weekend],
      moment: "2026-11-21T12:00:00Z",
      answer: { until: "2026-11-23T07:00:00.000Z", cron: "0 18 * * 5" },
    },
    {
      because: "it is Wednesday",
      freezes: [weekend],
      moment: "2026-11-25T12:00:00Z",
      answer: { until: "2026-11-27T17:00:00.000Z" },
    },
    {
      because: "the last moment of a freeze belongs to it",
      freezes: [weekend],
      moment: "2026-11-23T06:59:59.999Z",
      answer: { until: "2026-11-23T07:00:00.000Z", cron: "0 18 * * 5" },
    },
    {
      because: "its end does not",
      freezes: [weekend],
      moment: "2026-11-23T07:00:00Z",
      answer: { until: "2026-11-27T17:00:00.000Z" },
    },
    {
      because: "the freeze that ends last is named, from the first moment on",
      freezes: [weekend, { cron: "0 0 * * 1", duration: "12h", timeZone: "UTC" }],
      moment: "2026-11-20T17:00:00Z",
      answer: { until: "2026-11-23T12:00:00.000Z", cron: "0 0 * * 1" },
    },
    {
      because: "a month of days is one freeze",
      freezes: [{ cron: "0 0 * 12 *", duration: "24h", timeZone: "UTC" }],
      moment: "2026-12-07T09:00:00Z",
      answer: { until: "2027-01-01T00:00:00.000Z", cron: "0 0 * 12 *" },
    },
    {
      because: "an end that is far away is looked for again at the next hour",
      freezes: [{ cron: "* * * * 1-5", duration: "1m", timeZone: "UTC" }],
      moment: "2026-11-24T09:20:00Z",
      answer: { until: "2026-11-24T10:00:00.000Z", cron: "* * * * 1-5", goesOn: true },
    },
    {
      because: "a far end is found when it is near",
      freezes: [{ cron: "* * * * 1-5", duration: "1m", timeZone: "UTC" }],
      moment: "2026-11-27T23:20:00Z",
      answer: { until: "2026-11-28T00:00:00.000Z", cron: "* * * * 1-5" },
    },
    {
      because: "the 29th of February is years away",
      freezes: [{ cron: "0 0 29 2 *", duration: "24h", timeZone: "UTC" }],
      moment: "2026-11-27T23:20:00Z",
      answer: { until: "2028-02-29T00:00:00.000Z" },
    },
  ])("$moment, because $because", ({ freezes, moment, answer }) => {
    expect(at(freezes, moment)).toMatchObject(answer);
  });

  test("the order in which it is asked changes no answer", () => {
    const many = [
      weekend,
      { cron: "0 12 * * *", duration: "2h", timeZone: "America/New_York" },
      { cron: "*/7 9 * * 2", duration: "5m", timeZone: "UTC" },
    ];
    const moments = Array.from({ length: 400 }, (_, index) => start + index * 37 * 61 * minute);
    const forward = calendar(...many);
    const backward = calendar(...many);
    const there = moments.map((moment) => forward.at(moment));
    const back = moments.toReversed().map((moment) => backward.at(moment));
    expect(back.toReversed().map(({ until, freeze }) => ({ until, freeze }))).toEqual(
      there.map(({ until, freeze }) => ({ until, freeze })),
    );
  });

  test("every moment of a stretch gives its end and its freeze, and the moment behind it others", () => {
    const anyFreezes = fc.uniqueArray(
      fc.record({
        cron: fc.constantFrom(
          "0 18 * * 5",
          "*/20 9-17 * * 2",
          "0 0 * * *",
          "* 8 * * *",
          "59 23 * * 0",
        ),
        duration: fc.constantFrom("1m", "20m", "90m", "24h", "62h"),
        timeZone: fc.constantFrom("UTC", "America/New_York", "Australia/Lord_Howe"),
      }),
      { minLength: 1, maxLength: 3, selector: ({ cron }) => cron },
    );
    const within = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(anyFreezes, fc.integer({ min: start, max: end }), within, (freezes, at, part) => {
        const { until, freeze, goesOn } = calendar(...freezes).at(at);
        expect(until).toBeGreaterThan(at);
        const answer = { until, freeze, goesOn };
        for (const moment of [Math.floor(at + (until - 1 - at) * part), until - 1]) {
          const { from: _, untilText: __, ...again } = calendar(...freezes).at(moment);
          expect({ goesOn: undefined, freeze: undefined, ...again }).toEqual(answer);
        }
        const { from: _, untilText: __, ...next } = calendar(...freezes).at(until);
        expect({ goesOn: undefined, freeze: undefined, ...next }).not.toEqual(answer);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    { freeze: { ...weekend, cron: "0 25 * * 5" }, field: "freezes[1].cron" },
    { freeze: { ...weekend, timeZone: "Berlin" }, field: "freezes[1].timeZone" },
    { freeze: { ...weekend, duration: "0h" }, field: "freezes[1].duration" },
  ])("names the field that cannot be read: $field", ({ freeze, field }) => {
    expect(readFreezes([weekend, freeze])).toMatchObject({ field });
  });
});
