import { type Random, shuffled } from "../random.ts";
import type { Surface } from "../surfaces/surface.ts";
import type { FlightLog } from "./flight-log.ts";

/** How often each shape was sent, and what came of it. */
export interface AttackReport {
  readonly surface: string;
  readonly sent: ReadonlyMap<string, readonly string[]>;
}

/** Sends the shapes of a surface one after another, in random order, until the deadline. */
export async function attack(
  surface: Surface,
  random: Random,
  { deadline, flights }: { readonly deadline: number; readonly flights: FlightLog },
): Promise<AttackReport> {
  const sent = new Map<string, string[]>();
  let count = 0;
  while (performance.now() < deadline) {
    for (const shape of shuffled(random, surface.shapes)) {
      count += 1;
      const flight = flights.depart(surface.name, shape);
      const outcome = await surface.send(shape, random, `${surface.name}-${count}`);
      flights.arrive(flight);
      sent.set(shape, [...(sent.get(shape) ?? []), outcome]);
      if (performance.now() >= deadline) break;
    }
  }
  return { surface: surface.name, sent };
}

/** `trees: 12 inputs of 9 shapes: SourceTooLarge 7, InvalidManifest 5`. */
export function reportLine({ surface, sent }: AttackReport): string {
  const counts = new Map<string, number>();
  for (const outcome of [...sent.values()].flat()) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const outcomes = [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${outcome} ${count}`);
  return `${surface}: ${total} inputs of ${sent.size} shapes: ${outcomes.join(", ")}`;
}
