const maxNameLength = 100;
const suffix = ".yaml";

/**
 * `NNN-kind-name.yaml`, counted from 001: sorting by name gives back the order of the objects.
 * At most 100 bytes, the most that a tar header holds; the number keeps cut names apart.
 */
export function entryName(
  object: { readonly kind: string; readonly name: string },
  index: number,
  count: number,
): string {
  const digits = Math.max(3, String(count).length);
  const number = String(index + 1).padStart(digits, "0");
  const words = `${object.kind}-${object.name}`.toLowerCase().replace(/[^a-z0-9.-]/g, "-");
  return `${number}-${words}`.slice(0, maxNameLength - suffix.length) + suffix;
}
