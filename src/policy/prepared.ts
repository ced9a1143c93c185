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
