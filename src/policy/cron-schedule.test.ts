import { describe, expect, test } from "vitest";
import { type CronSchedule, readCron } from "./cron-schedule.ts";

function schedule(cron: string, timeZone: string): CronSchedule {
  const read = readCron(cron, timeZone);
  if ("problem" in read) throw new Error(read.problem);
  return read;
}

function startsBetween(cron: string, timeZone: string, from: string, to: string): string[] {
  const { firstAfter } = schedule(cron, timeZone);
  const starts: string[] = [];
  for (let at = firstAfter(Date.parse(from)); at !== undefined; at = firstAfter(at)) {
    if (at >= Date.parse(to)) break;
    starts.push(new Date(at).toISOString());
  }
  return starts;
}

describe("a cron schedule", () => {
  const friday = Date.parse("2026-11-27T17:00:00Z");

  test.each([
    { moment: friday - 1, last: friday - 7 * 86_400_000, next: friday, because: "just before" },
    { moment: friday, last: friday, next: friday + 7 * 86_400_000, because: "the moment itself" },
    { moment: friday + 1, last: friday, next: friday + 7 * 86_400_000, because: "just behind" },
    { moment: friday + 30_500, last: friday, next: friday + 7 * 86_400_000, because: "in between" },
  ])("has a last and a next start: $because", ({ moment, last, next }) => {
    const { lastUpTo, firstAfter } = schedule("0 18 * * 5", "Europe/Berlin");
    expect(lastUpTo(moment)).toBe(last);
    expect(firstAfter(moment)).toBe(next);
  });

  test.each([
    {
      because: "a time that the clock leaves out comes right behind the gap",
      cron: "30 2 * * *",
      from: "2026-03-28T12:00:00Z",
      starts: ["2026-03-29T01:00:00.000Z"],
    },
    {
      because: "a time that comes twice counts once",
      cron: "30 2 * * *",
      from: "2026-10-24T12:00:00Z",
      starts: ["2026-10-25T00:30:00.000Z"],
    },
    {
      because: "what repeats within the day repeats in both hours",
      cron: "30 * * * *",
      from: "2026-10-24T23:59:00Z",
      hours: 3,
      starts: ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z", "2026-10-25T02:30:00.000Z"],
    },
    {
      because: "in winter 18:00 in Berlin is 17:00 in UTC",
      cron: "0 18 * * *",
      from: "2026-10-25T12:00:00Z",
      starts: ["2026-10-25T17:00:00.000Z"],
    },
    {
      because: "in summer 18:00 in Berlin is 16:00 in UTC",
      cron: "0 18 * * *",
      from: "2026-10-24T12:00:00Z",
      starts: ["2026-10-24T16:00:00.000Z"],
    },
  ])("$because", ({ cron, from, starts, hours = 24 }) => {
    const to = new Date(Date.parse(from) + hours * 3_600_000).toISOString();
    expect(startsBetween(cron, "Europe/Berlin", from, to)).toEqual(starts);
  });
});

test.each([
  { cron: "0 18 * * 5", timeZone: "Nowhere/Land", field: "timeZone", because: "no such zone" },
  { cron: "0 18 * * 5", timeZone: "", field: "timeZone", because: "an empty zone is not ours" },
  { cron: "0 18 * * 5", timeZone: "+02:00", field: "timeZone", because: "offsets have no summer" },
  { cron: "61 18 * * 5", timeZone: "UTC", field: "cron", because: "an hour has 60 minutes" },
  { cron: "0 18 * *", timeZone: "UTC", field: "cron", because: "it has four fields" },
  { cron: "0 0 18 * * 5", timeZone: "UTC", field: "cron", because: "it has six fields" },
  {
    cron: "@midnight",
    timeZone: "UTC",
    field: "cron",
    because: "nicknames are none of five fields",
  },
  { cron: "0 18 ? * 5", timeZone: "UTC", field: "cron", because: "? may mean the present" },
  { cron: "0 0 31 2 *", timeZone: "UTC", field: "cron", because: "no February has 31 days" },
  { cron: "", timeZone: "UTC", field: "cron", because: "it is empty" },
])("$cron in '$timeZone' cannot be read, because $because", ({ cron, timeZone, field }) => {
  expect(readCron(cron, timeZone)).toMatchObject({ field, problem: expect.stringContaining(" ") });
});
