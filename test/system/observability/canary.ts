/** Plain: as people write it. The others: as programs carry it. */
export type CanaryForm = "plain" | "base64" | "URL-encoded";

/** A secret that stands nowhere else in the world, so that wherever it is found it leaked. */
export interface Canary {
  readonly name: string;
  readonly value: string;
}

/** Signs that URL encoding changes, and nothing that JSON or YAML would. */
export function canary(name: string): Canary {
  return { name, value: `canary/${name}+5b1d9f@c4n4ry` };
}

/**
 * Texts of which one is in whatever holds the canary in that form. Base64 puts three bytes in four
 * letters, so what stands before the canary decides among three.
 */
export function textsOf({ value }: Canary): readonly (readonly [CanaryForm, string])[] {
  const encodings = (["base64", "base64url"] as const).flatMap((encoding) =>
    [0, 1, 2].map((before) => {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(value)]);
      // Letters at both ends hold bits of what stands beside it.
      const start = Math.ceil((before * 8) / 6);
      const end = Math.floor((bytes.length * 8) / 6);
      return bytes.toString(encoding).slice(start, end);
    }),
  );
  return [
    ["plain", value],
    ["URL-encoded", encodeURIComponent(value)],
    ...[...new Set(encodings)].map((text) => ["base64", text] as const),
  ];
}

/** Names of the canaries in a text, each with its form: `git password, base64`. */
export function canariesIn(text: string, canaries: readonly Canary[]): string[] {
  const found = canaries.flatMap((one) =>
    textsOf(one)
      .filter(([, form]) => text.includes(form))
      .map(([form]) => `${one.name}, ${form}`),
  );
  return [...new Set(found)];
}
