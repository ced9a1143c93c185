/**
 * Text of somebody else on one line of a terminal: control characters, which could move the cursor
 * or change what stands above, become spaces, and so do those that turn the direction of writing.
 */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, " ").trim();
}
