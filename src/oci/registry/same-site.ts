import { isIP } from "node:net";

/**
 * Whether two hosts are run by the same people, as far as names tell: one is the other, or both
 * end in the same two labels. It only decides whether a token server has to be public.
 */
export function isSameSite(one: string, other: string): boolean {
  if (one === other) return true;
  if (isIP(one) !== 0 || isIP(other) !== 0) return false;
  const [a, b] = [one, other].map((host) => host.split(".").slice(-2).join("."));
  return a === b && a?.includes(".") === true;
}
