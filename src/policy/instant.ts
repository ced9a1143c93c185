/** A moment as status says it: RFC 3339 in UTC, without a fraction where there is none. */
export function instant(moment: number): string {
  const text = new Date(moment).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : text;
}
