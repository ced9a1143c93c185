/** Ends of lines, and what moves a terminal's cursor or colours it (U+001B begins an ANSI escape). */
const control = /(?!\n)[\p{Cc}\p{Zl}\p{Zp}]/gu;

/**
 * Characters that show nothing, but reorder or hide what stands beside them: marks of direction
 * (Unicode TR 9), zero widths, interlinear notes, tags. The joiners that letters and emoji need stay.
 */
const invisible =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** A text that changes nothing but where it stands, whoever wrote it. Line feeds stay. */
export function neutralText(text: string): string {
  return text.toWellFormed().replace(control, " ").replace(invisible, "");
}

/**
 * The words of a server, a repository or a registry as one line of at most so many characters, fit
 * for errors, conditions, events and logs.
 */
export function foreignText(text: string, maxLength = 500): string {
  // Cut first: what is thrown away costs nothing.
  const line = neutralText(text.slice(0, 4 * maxLength))
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= maxLength) return line;
  return `${line.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
