type Replacement = (match: string, first: string, second: string) => string;

const patterns: readonly (readonly [RegExp, Replacement])[] = [
  // user:password@ in a URL (RFC 3986 section 3.2.1): the user alone may be a token.
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#@]{1,2048}@/gi, (_match, scheme) => `${scheme}***@`],
  // Authorization header values (RFC 9110 section 11.4), then such a value standing alone.
  [
    /(authorization"?\s{0,4}[=:]\s{0,4}"?)(?:(?:Basic|Bearer)\s{1,4})?[^\s",;}]+/gi,
    (_match, key) => `${key}***`,
  ],
  [/\b(Basic|Bearer)\s+[A-Za-z0-9._~+/=-]{16,}/gi, (_match, scheme) => `${scheme} ***`],
  // What is a secret by its own form: private keys (RFC 7468), JSON Web Tokens (RFC 7515), tokens
  // that their makers mark, and the credentials of a Docker config.json.
  [
    /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]{0,16384}?(?:-----END [A-Z ]{0,32}PRIVATE KEY-----|$)/g,
    () => "***",
  ],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, () => "***"],
  [
    /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|npm_|dckr_pat_|AKIA|ASIA)[A-Za-z0-9_-]{12,}/g,
    () => "***",
  ],
  [/(\\?"auth\\?"\s{0,4}:\s{0,4}\\?")[A-Za-z0-9+/=]{4,}/g, (_match, key) => `${key}***`],
  // key=value and "key": "value" with a telling key.
  [
    /("?(?:password|passwd|token|secret|api[_-]?key|access[_-]?key)"?\s{0,4}[=:]\s{0,4})("[^"\n]*"|[^\s,;&}]+)/gi,
    (_match, key, value) => key + (value.startsWith('"') ? '"***"' : "***"),
  ],
];

/** Strikes credentials out of a text: URL user info, Authorization values, telling key-value pairs. */
export function redact(text: string): string {
  let out = text;
  for (const [pattern, replacement] of patterns) out = out.replace(pattern, replacement);
  return out;
}

/** Whether a field of this name holds a secret, whatever it looks like. */
export function namesSecret(field: string): boolean {
  return /^(password|passwd|token|secret|authorization|api_?key|access_?key)$/i.test(field);
}
