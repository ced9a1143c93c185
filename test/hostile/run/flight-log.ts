/** One hostile input on its way, from when to when by performance.timeOrigin and now. */
export interface Flight {
  readonly surface: string;
  readonly shape: string;
  readonly from: number;
  to: number;
}

/** When each input was sent, so that a late answer can be laid at its door. */
export class FlightLog {
  readonly #flights: Flight[] = [];

  depart(surface: string, shape: string): Flight {
    const flight = { surface, shape, from: now(), to: Number.POSITIVE_INFINITY };
    this.#flights.push(flight);
    return flight;
  }

  arrive(flight: Flight): void {
    flight.to = now();
  }

  /** Inputs that were on their way in a span of time, or had just arrived. */
  during(from: number, to: number): string[] {
    const found = this.#flights.filter((one) => one.from <= to && one.to >= from - lingerMs);
    return [...new Set(found.map(({ surface, shape }) => `${surface}: ${shape}`))];
  }
}

/** Work goes on for a moment after its sender has gone. */
const lingerMs = 500;

function now(): number {
  return performance.timeOrigin + performance.now();
}
