import { isRecord } from "../../api/index.ts";

/** The form of a bearer token, before the API server is asked about it. */
export type TokenShape =
  /** JSON Web Token: of a service account, or an OpenID Connect provider. */
  | "jwt"
  /** Anything else that an authenticator of the API server may know. */
  | "opaque"
  /** It claims to be a JSON Web Token and is none: no authenticator can accept it. */
  | "malformed";

/** Base64url of `{"`: how every header of a JSON Web Token begins that a program wrote. */
const jsonStart = "eyJ";

export function shapeOf(token: string): TokenShape {
  const parts = token.split(".");
  const header = objectIn(parts[0]);
  if (header === undefined && !token.startsWith(jsonStart)) return "opaque";
  const [, payload, signature = ""] = parts;
  // RFC 7515 section 3.1, RFC 8725 section 3.2: unsigned tokens are nobody's.
  const isSigned = typeof header?.["alg"] === "string" && header["alg"].toLowerCase() !== "none";
  const isWhole = parts.length === 3 && objectIn(payload) !== undefined;
  return isWhole && isSigned && /^[A-Za-z0-9_-]{32,}$/.test(signature) ? "jwt" : "malformed";
}

function objectIn(part: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (part === undefined || !/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
