const mark = "…";

/** The text, cut at a character's end with a mark when it has more UTF-8 bytes than allowed. */
export function boundedText(text: string, maximumBytes: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= maximumBytes) return text;
  let end = maximumBytes - Buffer.byteLength(mark);
  // Bytes 10xxxxxx continue a character: step back to where it begins.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end) + mark;
}
