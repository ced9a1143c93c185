import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import { errorOf } from "../registry/registry-error.ts";
import type { Answer, Outgoing } from "../registry/request.ts";
import type { Challenge } from "./challenge.ts";
import type { Credential } from "./credentials.ts";

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
  /** What we need, when the challenge does not say. */
  readonly scope: string;
  readonly credential: Credential | undefined;
}

/** Asks the realm of a Bearer challenge for a token, by GET. */
export async function fetchToken(
  { registry, challenge, scope, credential }: TokenRequest,
  send: (outgoing: Outgoing) => Promise<Answer>,
  now: () => number,
): Promise<Grant> {
  const url = realmOf(challenge, registry);
  const service = challenge.parameters.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  for (const one of (challenge.parameters.get("scope") ?? scope).split(" ")) {
    url.searchParams.append("scope", one);
  }
  const headers = credential === undefined ? {} : { authorization: basic(credential) };
  const asked = now();
  const answer = await send({ method: "GET", url, headers });
  if (answer.status !== 200) throw await tokenError(answer, now());
  const { token, lifeSeconds } = parseAnswer(await answer.text(maxAnswerBytes), url);
  return {
    authorization: `Bearer ${token}`,
    expiresAt: asked + lifeSeconds * usableShare * 1000,
  };
}

export function basic({ username, password }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/**
 * The realm comes from the registry, and gets the password: it must be https, or be the same host
 * when the registry itself is plain http.
 */
function realmOf(challenge: Challenge, registry: URL): URL {
  const realm = challenge.parameters.get("realm") ?? "";
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const isPlainAlike =
    url?.protocol === "http:" &&
    registry.protocol === "http:" &&
    url.hostname === registry.hostname;
  const isSafe = url?.protocol === "https:" || isPlainAlike;
  if (url === undefined || !isSafe || url.username !== "" || url.password !== "") {
    throw new ForgeError(
      "RegistryUnauthorized",
      `${registry.host} asks for tokens from "${realm.slice(0, 200)}", which must be an https address`,
    );
  }
  return url;
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
