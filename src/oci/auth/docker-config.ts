/**
 * Credentials in the one format that Docker's config.json, Podman's auth.json and the
 * `.dockerconfigjson` of a Kubernetes Secret share.
 */
import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import type { Credential, Credentials } from "./credentials.ts";

/** Asks `docker-credential-<name>` for the credentials of a host. */
export type CredentialHelper = (
  name: string,
  host: string,
  signal: AbortSignal,
) => Promise<Credential | undefined>;

const text = z.string().max(65_536);
const configSchema = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: text.optional(),
        username: text.optional(),
        password: text.optional(),
        identitytoken: text.optional(),
      }),
    )
    .default({}),
  credHelpers: z.record(z.string(), text).default({}),
  credsStore: text.optional(),
});

/**
 * Reads the text of such a file. Helpers are asked only if `helper` is given: whoever may write a
 * Secret must not choose which program runs here.
 * @throws ForgeError InvalidSecret, which shows nothing of the text
 */
export function credentialsFromDockerConfig(
  config: string,
  helper?: CredentialHelper,
): Credentials {
  const parsed = configSchema.safeParse(parseJson(config));
  if (!parsed.success) throw invalid("it is no Docker config.json with auths");
  const { auths, credHelpers, credsStore } = parsed.data;
  const kept = new Map<string, Credential>();
  for (const [key, entry] of Object.entries(auths)) {
    const credential = credentialOf(key, entry);
    if (credential !== undefined) kept.set(canonical(key), credential);
  }
  const helpers = new Map(Object.entries(credHelpers).map(([key, name]) => [canonical(key), name]));
  return {
    async find(place, signal) {
      for (const candidate of prefixes(canonical(place))) {
        const name = helpers.get(candidate);
        const credential =
          (name && (await helper?.(name, helperKey(candidate), signal))) || kept.get(candidate);
        if (credential !== undefined) return credential;
      }
      if (!credsStore) return undefined;
      return await helper?.(credsStore, helperKey(hostOf(canonical(place))), signal);
    },
  };
}

type Entry = z.output<typeof configSchema>["auths"][string];

function credentialOf(key: string, entry: Entry): Credential | undefined {
  if (entry.identitytoken) return { identityToken: entry.identitytoken };
  if (entry.auth) {
    const pair = Buffer.from(entry.auth, "base64").toString("utf8");
    const colon = pair.indexOf(":");
    if (colon < 1) throw invalid(`auths["${key}"].auth is not base64 of <username>:<password>`);
    return { username: pair.slice(0, colon), password: pair.slice(colon + 1).replace(/\0+$/, "") };
  }
  const { username, password } = entry;
  return username && password !== undefined ? { username, password } : undefined;
}

/**
 * `<host>[/<path>]`. A key is a host with or without a path of repositories (Podman), or a URL as
 * old clients wrote it, of which the host alone counts.
 */
function canonical(key: string): string {
  const isUrl = /^https?:\/\//i.test(key);
  const place = key.replace(/^https?:\/\//i, "").replace(isUrl ? /\/.*$/ : /(?:\/v[12])?\/*$/, "");
  const host = hostOf(place).toLowerCase();
  const isHub = host === "index.docker.io" || host === "registry-1.docker.io";
  return (isHub ? "docker.io" : host) + place.slice(host.length);
}

/** The place itself, then what it lies in, up to the host: the longest match counts. */
function prefixes(place: string): string[] {
  const parts = place.split("/");
  return parts.map((_part, index) => parts.slice(0, parts.length - index).join("/"));
}

function hostOf(place: string): string {
  return place.split("/")[0] ?? "";
}

/** Helpers keep Docker Hub under the name of its oldest API. */
function helperKey(place: string): string {
  return place === "docker.io" ? "https://index.docker.io/v1/" : place;
}

/** Without the parser's own message, which quotes what it read. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw invalid("it is no JSON");
  }
}

function invalid(why: string): ForgeError {
  return new ForgeError("InvalidSecret", `registry credentials: ${why}`, {
    hint: "Create it with: kubectl create secret docker-registry, or docker login.",
  });
}
