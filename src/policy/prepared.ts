/**
 * Prepares what a specification says once for each specification: a pattern is compiled and a
 * calendar drawn up when they are first asked for, and forgotten with the object that holds them.
 */
export function preparedOnce<Specification extends object, Prepared>(
  prepare: (specification: Specification) => Prepared,
): (specification: Specification) => Prepared {
  const known = new WeakMap<Specification, Prepared>();
  return (specification) => {
    const found = known.get(specification);
    if (found !== undefined) return found;
    const made = prepare(specification);
    known.set(specification, made);
    return made;
  };
}

/**
 * The same for specifications that come again as other objects, such as those of an Environment
 * that was read anew: as many different ones as the limit are kept, the oldest are forgotten.
 */
export function preparedForText<Specification extends object, Prepared>(
  prepare: (specification: Specification) => Prepared,
  limit: number,
): (specification: Specification) => Prepared {
  const known = new Map<string, Prepared>();
  return preparedOnce((specification) => {
    const text = JSON.stringify(specification);
    const made = known.get(text) ?? prepare(specification);
    // Set anew, it is the youngest.
    known.delete(text);
    known.set(text, made);
    for (const oldest of known.keys()) {
      if (known.size <= limit) break;
      known.delete(oldest);
    }
    return made;
  });
}
