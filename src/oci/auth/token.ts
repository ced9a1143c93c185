import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import { errorOf } from "../registry/registry-error.ts";
import type { Answer, Outgoing } from "../registry/request.ts";
import type { Challenge } from "./challenge.ts";
import type { Credential, Password } from "./credentials.ts";
import { type Realm, realmOf } from "./realm.ts";

/** What goes into the Authorization header, and until when (milliseconds since 1970). */
export interface Grant {
  readonly authorization: string;
  readonly expiresAt: number;
}

/** A token of unstated life lives for 60 seconds (distribution token specification). */
const defaultLifeSeconds = 60;
/** A token is not used in the last tenth of its life: clocks and networks differ. */
const usableShare = 0.9;
const maxAnswerBytes = 256 * 1024;

const answerSchema = z.object({
  token: z.string().min(1).optional(),
  access_token: z.string().min(1).optional(),
  expires_in: z.number().positive().optional(),
});

export interface TokenRequest {
  readonly registry: URL;
  readonly challenge: Challenge;
  /** One element a resource. */
  readonly scopes: readonly string[];
  readonly credential: Credential | undefined;
}

export interface TokenDeps {
  readonly send: (outgoing: Outgoing) => Promise<Answer>;
  readonly now: () => number;
}

/**
 * Asks the realm of a Bearer challenge for a token: with a password or anonymously by GET
 * (distribution token specification), with an identity token by the OAuth2 POST. Token servers
 * that know the POST alone refuse the GET with 404 or 405, and get the password that way.
 */
export async function fetchToken(request: TokenRequest, deps: TokenDeps): Promise<Grant> {
  const { credential } = request;
  const realm = realmOf(request.challenge, request.registry);
  const asked = deps.now();
  let answer =
    credential !== undefined && "identityToken" in credential
      ? await deps.send(byPost(realm, request, refreshForm(credential.identityToken)))
      : await deps.send(byGet(realm, request, credential));
  const isPostOnly = answer.status === 404 || answer.status === 405;
  if (isPostOnly && credential !== undefined && "password" in credential) {
    await answer.discard();
    answer = await deps.send(byPost(realm, request, passwordForm(credential)));
  }
  if (answer.status !== 200) throw await tokenError(answer, deps.now());
  const { token, lifeSeconds } = parseAnswer(await answer.text(maxAnswerBytes), realm.url);
  return {
    authorization: `Bearer ${token}`,
    expiresAt: asked + lifeSeconds * usableShare * 1000,
  };
}

export function basic({ username, password }: Password): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function byGet(realm: Realm, request: TokenRequest, credential: Password | undefined): Outgoing {
  const url = new URL(realm.url);
  const service = request.challenge.parameters.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of request.scopes) url.searchParams.append("scope", scope);
  const headers = credential === undefined ? {} : { authorization: basic(credential) };
  return { method: "GET", url, headers, reach: realm.reach, staysAtOrigin: true };
}

function byPost(realm: Realm, request: TokenRequest, form: Record<string, string>): Outgoing {
  const fields = new URLSearchParams({
    ...form,
    client_id: "forge",
    service: request.challenge.parameters.get("service") ?? request.registry.host,
    ...(request.scopes.length > 0 && { scope: request.scopes.join(" ") }),
  });
  return {
    method: "POST",
    url: realm.url,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: Buffer.from(fields.toString()),
    reach: realm.reach,
    staysAtOrigin: true,
  };
}

function refreshForm(token: string): Record<string, string> {
  return { grant_type: "refresh_token", refresh_token: token };
}

function passwordForm({ username, password }: Password): Record<string, string> {
  return { grant_type: "password", username, password };
}

async function tokenError(answer: Answer, now: number): Promise<Error> {
  const error = await errorOf(answer, "the request for a token", now);
  return error instanceof ForgeError
    ? new ForgeError("RegistryUnauthorized", error.message)
    : error;
}

function parseAnswer(text: string, url: URL): { token: string; lifeSeconds: number } {
  const parsed = answerSchema.safeParse(parseJson(text));
  const token = parsed.data?.token ?? parsed.data?.access_token;
  if (token === undefined || /[^\x21-\x7e]/.test(token)) {
    throw new ForgeError("RegistryUnauthorized", `${url.host} answered without a token`);
  }
  return { token, lifeSeconds: parsed.data?.expires_in ?? defaultLifeSeconds };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
