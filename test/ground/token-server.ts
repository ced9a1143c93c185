import { createSign, randomUUID, X509Certificate } from "node:crypto";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestCertificate } from "./registry.ts";

export interface TokenServer {
  readonly host: string;
  /** What distribution's `auth.token` section says of it. */
  readonly registryConfig: object;
  /** Requests as they came: `GET repository:a:pull`, `POST refresh_token repository:a:pull`. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

export interface TokenServerOptions {
  readonly signer: TestCertificate;
  readonly tls?: TestCertificate;
  readonly username: string;
  readonly password: string;
  /** Accepted in place of the password, by POST. */
  readonly identityToken: string;
}

const service = "forge-test-registry";
const issuer = "forge-test-tokens";

/**
 * A token server as the distribution project specifies it: signs what is asked for to those who
 * know the password, and reading to everyone else.
 */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const asked: string[] = [];
  const onRequest: RequestListener = async (request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const isPost = request.method === "POST";
    const scopes = isPost ? (form.get("scope") ?? "").split(" ") : url.searchParams.getAll("scope");
    asked.push([request.method, form.get("grant_type"), ...scopes].filter(Boolean).join(" "));
    const basic = `${options.username}:${options.password}`;
    const given = request.headers.authorization;
    const isKnown = isPost
      ? form.get("refresh_token") === options.identityToken
      : given === `Basic ${Buffer.from(basic).toString("base64")}`;
    if ((isPost || given !== undefined) && !isKnown) {
      response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED","message":"who?"}]}');
      return;
    }
    const token = sign(options, scopes.filter(Boolean), isKnown);
    response.end(JSON.stringify({ [isPost ? "access_token" : "token"]: token, expires_in: 300 }));
  };
  const server =
    options.tls === undefined
      ? createHttpServer(onRequest)
      : createHttpsServer({ cert: options.tls.cert, key: options.tls.key }, onRequest);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const realm = `${options.tls === undefined ? "http" : "https"}://${host}/token`;
  return {
    host,
    asked,
    registryConfig: {
      token: { realm, service, issuer, rootcertbundle: options.signer.certFile },
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** RS256, the signer's certificate in the header, as both versions of distribution read it. */
function sign(
  { signer, username }: TokenServerOptions,
  scopes: readonly string[],
  isKnown: boolean,
): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [, type, name, actions = ""] = /^([^:]+):(.+):([^:]*)$/.exec(scope) ?? [];
    const allowed = actions.split(",").filter((action) => isKnown || action === "pull");
    return { type, name, actions: allowed };
  });
  const x5c = [new X509Certificate(signer.cert).raw.toString("base64")];
  const claims = {
    ...{ iss: issuer, aud: service, sub: isKnown ? username : "", jti: randomUUID() },
    ...{ iat: now, nbf: now - 10, exp: now + 300, access },
  };
  const text = [{ typ: "JWT", alg: "RS256", x5c }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${text}.${createSign("RSA-SHA256").update(text).sign(signer.key, "base64url")}`;
}
