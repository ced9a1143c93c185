import { below, type Random, randomBytes } from "../random.ts";
import type { Shapes } from "./shape.ts";

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = { iss: "https://kubernetes.default.svc", sub: "system:admin", exp: 4_000_000_000 };

function token(header: unknown, body: unknown = claims, signature = "c2ln"): string {
  return `${encoded(header)}.${encoded(body)}.${signature}`;
}

function deep(levels: number): string {
  return Buffer.from(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`).toString("base64url");
}

/** Values of an Authorization header, below the 16 KiB that a head may have. */
export const authorizationShapes: Shapes<string> = {
  "no algorithm": () => `Bearer ${token({ alg: "none" }, claims, "")}`,
  "an algorithm that shares its key": () => `Bearer ${token({ alg: "HS256" })}`,
  "a key from elsewhere": () =>
    `Bearer ${token({ alg: "RS256", jku: "http://127.0.0.1:1/keys", x5u: "file:///etc/passwd", kid: "../../x" })}`,
  "a header of twelve kilobytes": (random) =>
    `Bearer ${token({ alg: "RS256", kid: "k".repeat(8_000 + below(random, 500)) })}`,
  "claims in a thousand layers": () => `Bearer ${encoded({ alg: "RS256" })}.${deep(1_000)}.c2ln`,
  "names of prototypes": () =>
    `Bearer ${Buffer.from('{"__proto__":{"alg":"RS256"}}').toString("base64url")}.${encoded(claims)}.c2ln`,
  "five thousand dots": () => `Bearer ${".".repeat(5_000)}`,
  "spaces alone": () => `Bearer${" ".repeat(8_000)}`,
  "no scheme": () => "x".repeat(8_000),
  "another scheme": () => `Basic ${Buffer.from("admin:admin").toString("base64")}`,
  "two tokens": () => `Bearer ${token({ alg: "RS256" })}, Bearer ${token({ alg: "none" })}`,
  "no base64": () => "Bearer %00.%ff.\\u0000",
  "an end of time": () =>
    `Bearer ${token({ alg: "RS256" }, { ...claims, exp: 1e308, nbf: -1e308 })}`,
  "random bytes": (random: Random) => `Bearer ${randomBytes(random, 300).toString("base64url")}`,
  "nothing at all": () => "",
};

/** A registry's answer to a request without a token, and that of its token server. */
export interface GeneratedChallenge {
  readonly header: string;
  readonly answer?: Buffer;
}

/** @param realm address of the token server, which answers what the challenge holds */
export function challengeShapes(realm: string): Shapes<GeneratedChallenge> {
  const bearer = `Bearer realm="${realm}",service="s",scope="repository:a:pull"`;
  const answered = (answer: string) => () => ({ header: bearer, answer: Buffer.from(answer) });
  return {
    "a challenge of commas": () => ({ header: `Bearer ${",".repeat(8_000)}` }),
    "quotes that stay open": () => ({ header: `Bearer realm="${"\\".repeat(8_000)}` }),
    "a thousand challenges": () => ({ header: "Bearer a=b, ".repeat(600) }),
    "a realm that is no address": () => ({ header: 'Bearer realm="javascript:alert(1)"' }),
    "a realm with a password": () => ({
      header: `Bearer realm="${realm.replace("//", "//a:b@")}"`,
    }),
    "scopes by the hundred": () => ({ header: `${bearer},${'scope="x",'.repeat(600)}a=b` }),
    "a token of a megabyte": answered(JSON.stringify({ token: "t".repeat(1_000_000) })),
    "a token of two lines": answered(JSON.stringify({ token: "a\r\nx-more: b" })),
    "a token that never ends": answered(JSON.stringify({ token: "t", expires_in: 1e308 })),
    "a token of brackets": answered("[".repeat(200_000)),
    "a token that is wrong": answered(JSON.stringify({ token: "wrong" })),
    "no token": answered("{}"),
  };
}
