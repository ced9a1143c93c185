/** As metav1.Time has it: RFC 3339, without fractions of a second. */
export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, "Z");
}
