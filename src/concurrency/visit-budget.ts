/** Bounds of a walk over a structure that somebody else made. */
export interface VisitLimits {
  /** A node counts each time it is visited, by whatever path. */
  readonly nodes: number;
  /** Bytes read at those visits. */
  readonly bytes: number;
}

/** A slice ends after so much: one to five milliseconds of work. */
const slice: VisitLimits = { nodes: 2_000, bytes: 1024 * 1024 };

/** Says when a walk should yield; for one that something else bounds. */
export class VisitCount {
  readonly visited = { nodes: 0, bytes: 0 };
  #sliceEnd = { ...slice };

  /** Counts one node; true when the slice is full. */
  visit(bytes: number): boolean {
    const { visited } = this;
    visited.nodes += 1;
    visited.bytes += bytes;
    if (visited.nodes < this.#sliceEnd.nodes && visited.bytes < this.#sliceEnd.bytes) return false;
    this.#sliceEnd = { nodes: visited.nodes + slice.nodes, bytes: visited.bytes + slice.bytes };
    return true;
  }
}

/**
 * Bounds what a walk visits. The size of the input bounds nothing: one object may be reached by
 * more paths than there are atoms.
 */
export class VisitBudget extends VisitCount {
  readonly #limits: VisitLimits;
  readonly #refusal: (exceeded: string) => Error;

  /** @param refusal makes the error from the limit that was exceeded, such as "1000 nodes" */
  constructor(limits: VisitLimits, refusal: (exceeded: string) => Error) {
    super();
    this.#limits = limits;
    this.#refusal = refusal;
  }

  /** @throws the refusal beyond the limits */
  override visit(bytes: number): boolean {
    const isFull = super.visit(bytes);
    for (const unit of ["nodes", "bytes"] as const) {
      if (this.visited[unit] > this.#limits[unit]) {
        throw this.#refusal(`${this.#limits[unit]} ${unit}`);
      }
    }
    return isFull;
  }
}
