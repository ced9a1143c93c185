const smallest = 1;
const largest = 500;
/** Few enough that the first page of the largest objects that etcd takes is within bounds. */
const first = 40;
/** Enough that the time between two pages does not count, and few enough that one comes soon. */
const wantedBytes = 4 * 1_024 * 1_024;

/**
 * How many objects a page of a list asks for: as many as fill about 4 MiB, by the size of those
 * that came before. So neither many objects nor large ones make a list cost much memory.
 */
export class PageSize {
  #limit = first;

  get limit(): number {
    return this.#limit;
  }

  /** Takes what a page had. */
  took(objects: number, bytes: number): void {
    if (objects === 0) return;
    const fitting = Math.floor((wantedBytes * objects) / Math.max(1, bytes));
    this.#limit = Math.min(largest, Math.max(smallest, fitting));
  }

  /** Takes that a page was too large to be read; false when it cannot be smaller. */
  shrink(): boolean {
    if (this.#limit === smallest) return false;
    this.#limit = Math.max(smallest, Math.floor(this.#limit / 4));
    return true;
  }
}
