/**
 * Whether the deployment that stands in a pointer file came after this one. Both are named
 * `<pointer>-<sequence>`; those of different pointers have no order.
 */
export function isLaterDeployment(standing: string | undefined, id: string): boolean {
  const [theirs, ours] = [split(standing ?? ""), split(id)];
  return theirs.pointer === ours.pointer && theirs.sequence > ours.sequence;
}

function split(id: string): { pointer: string; sequence: number } {
  const [, pointer = id, digits = "0"] = /^(.+)-([1-9][0-9]{0,9})$/.exec(id) ?? [];
  return { pointer, sequence: Number(digits) };
}
