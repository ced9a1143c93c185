import { readFileSync } from "node:fs";
import { ForgeError } from "../../api/index.ts";
import { type Login, readLogin } from "./login-file.ts";

export interface ServerTarget {
  /** Ends without a slash. */
  readonly url: string;
  readonly token: string;
  readonly namespace: string;
  readonly ca: string | undefined;
}

export interface TargetOptions {
  /** True with --kube: straight to the cluster. */
  readonly kube?: boolean | undefined;
  readonly server?: string | undefined;
  readonly namespace?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The forge-server to talk to: --server, $FORGE_URL, or where one logged in. undefined: straight
 * to the cluster, as whatever names a kubeconfig asks for too.
 * @throws ForgeError UsageInvalid
 */
export function serverTarget(options: TargetOptions, env: Env): ServerTarget | undefined {
  const { kube, context, kubeconfig, server = env["FORGE_URL"] || undefined } = options;
  if (kube === true || context !== undefined || kubeconfig !== undefined) return undefined;
  const login = readLogin(env);
  if (server === undefined && login === undefined) return undefined;
  const url = checkedUrl(server ?? login?.url ?? "");
  const own = login !== undefined && checkedUrl(login.url) === url ? login : undefined;
  const token = env["FORGE_TOKEN"] || own?.token;
  if (token === undefined) {
    throw new ForgeError("UsageInvalid", `there is no token for ${url}`, {
      hint: `Set FORGE_TOKEN, or run: forge login ${url}`,
    });
  }
  const namespace = options.namespace ?? (env["FORGE_NAMESPACE"] || own?.namespace) ?? "default";
  return { url, token, namespace, ca: authority(env, own) };
}

/** @throws ForgeError UsageInvalid */
export function checkedUrl(text: string): string {
  const url = URL.parse(text);
  const { protocol, username, password } = url ?? {};
  if (url === null || !/^https?:$/.test(protocol ?? "")) {
    throw new ForgeError("UsageInvalid", "the server's address is no http or https URL");
  }
  if (username || password) {
    throw new ForgeError("UsageInvalid", "the server's address may hold no password");
  }
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (protocol === "http:" && !isLoopback) {
    throw new ForgeError("UsageInvalid", `${url.origin} would read the token on its way`, {
      hint: "Use https; http is for this machine alone.",
    });
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** @throws ForgeError UsageInvalid */
export function authority(env: Env, login?: Login): string | undefined {
  const file = env["FORGE_CA"];
  if (!file) return login?.ca;
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ForgeError("UsageInvalid", `$FORGE_CA: ${file} cannot be read`, { cause });
  }
}
