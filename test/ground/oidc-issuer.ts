import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface TokenClaims {
  readonly [claim: string]: unknown;
}

export interface OidcIssuer {
  readonly url: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** What it publishes from now on is signed by another key. */
  rotate(): void;
  /** Signed by its key: of an hour, unless the claims say so; `undefined` leaves one out. */
  token(claims: TokenClaims, header?: TokenClaims): string;
  /** Somebody else's signature under its name. */
  forged(claims: TokenClaims): string;
  /** With the algorithm `none` (RFC 7519 section 6). */
  unsigned(claims: TokenClaims): string;
  stop(): Promise<void>;
}

interface Key {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

let count = 0;

function createKey(): Key {
  count += 1;
  return { id: `key-${count}`, ...generateKeyPairSync("rsa", { modulusLength: 2_048 }) };
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An OpenID Connect provider on loopback: its discovery document, its keys, and tokens at will. */
export async function startOidcIssuer(audience: string): Promise<OidcIssuer> {
  const asked: string[] = [];
  let key = createKey();
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const { id: kid, publicKey } = key;
    const documents: Readonly<Record<string, object>> = {
      "/.well-known/openid-configuration": { issuer: url, jwks_uri: `${url}/keys` },
      "/keys": {
        keys: [{ ...publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" }],
      },
    };
    const document = documents[request.url ?? ""];
    response.writeHead(document === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const textOf = (claims: TokenClaims, header: TokenClaims) => {
    const now = Math.floor(Date.now() / 1_000);
    const usual = { iss: url, aud: audience, iat: now, exp: now + 3_600 };
    return `${encoded({ alg: "RS256", typ: "JWT", ...header })}.${encoded({ ...usual, ...claims })}`;
  };
  const signed = (text: string, by: KeyObject) =>
    `${text}.${sign("sha256", Buffer.from(text), by).toString("base64url")}`;
  return {
    url,
    asked,
    rotate: () => {
      key = createKey();
    },
    token: (claims, header = {}) =>
      signed(textOf(claims, { kid: key.id, ...header }), key.privateKey),
    forged: (claims) => signed(textOf(claims, { kid: key.id }), createKey().privateKey),
    unsigned: (claims) => `${textOf(claims, { alg: "none" })}.`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
