const decimal = /^(0|[1-9][0-9]*)$/;

/**
 * Whether `version` is `other` or older. Kubernetes guarantees since 1.35 that versions of one kind
 * which are decimal numbers may be compared; of any others nothing is known, and the answer is
 * false. They outgrow a double: digits are compared, not numbers.
 */
export function isNotNewer(version: string | undefined, other: string | undefined): boolean {
  if (version === undefined || other === undefined) return false;
  if (!decimal.test(version) || !decimal.test(other)) return false;
  if (version.length !== other.length) return version.length < other.length;
  return version <= other;
}
