import { z } from "zod";
import { ForgeError } from "../../api/index.ts";

export interface Credential {
  readonly username: string;
  readonly password: string;
}

/** Credentials by registry; asked by the host that image references carry. */
export interface Credentials {
  forHost(host: string): Credential | undefined;
}

export const anonymous: Credentials = { forHost: () => undefined };

const configSchema = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
      }),
    )
    .default({}),
});

/**
 * Credentials from a parsed Docker config.json, or the `.dockerconfigjson` of a Secret. Only
 * `auths` is read: credential helpers and identity tokens are not.
 * @throws ForgeError InvalidSecret
 */
export function credentialsFromDockerConfig(config: unknown): Credentials {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) throw invalid("it is no Docker config.json with auths");
  const byHost = new Map<string, Credential>();
  for (const [key, entry] of Object.entries(parsed.data.auths)) {
    const credential = credentialOf(key, entry);
    if (credential !== undefined) byHost.set(canonicalHost(key), credential);
  }
  return { forHost: (host) => byHost.get(canonicalHost(host)) };
}

interface Entry {
  readonly auth?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

function credentialOf(key: string, entry: Entry): Credential | undefined {
  if (entry.auth !== undefined && entry.auth !== "") {
    const pair = Buffer.from(entry.auth, "base64").toString("utf8");
    const colon = pair.indexOf(":");
    if (colon < 1) throw invalid(`auths["${key}"].auth is not base64 of <username>:<password>`);
    return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
  }
  const { username, password } = entry;
  return username && password !== undefined ? { username, password } : undefined;
}

/** The whole host must match: a key is a host, or a URL as old clients of Docker Hub wrote it. */
function canonicalHost(key: string): string {
  const host = key
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/, "")
    .toLowerCase();
  return host === "index.docker.io" || host === "registry-1.docker.io" ? "docker.io" : host;
}

function invalid(why: string): ForgeError {
  return new ForgeError("InvalidSecret", `registry credentials: ${why}`, {
    hint: "Create it with: kubectl create secret docker-registry, or docker login.",
  });
}
