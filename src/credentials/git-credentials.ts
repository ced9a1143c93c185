import {
  isNotFound,
  type KubeClient,
  type KubeObject,
  type Resource,
} from "../../controller/kube/index.ts";
import { ForgeError } from "../api/index.ts";
import type { RemoteOptions } from "../git/index.ts";
import type { Network } from "../network/index.ts";

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const secrets: Resource = {
  group: "",
  version: "v1",
  plural: "secrets",
  kind: "Secret",
  namespaced: true,
};

const secretTypes: readonly string[] = ["Opaque", "kubernetes.io/basic-auth"];

/** Where a repository is, as an Environment or a Release says it. */
export interface Repository {
  readonly url: string;
  readonly secretRef?: { readonly name: string } | undefined;
}

export interface CredentialDeps {
  /** Whose account may read Secrets, where repositories name them. */
  readonly client: Pick<KubeClient, "get">;
  readonly network: Network;
  readonly settings: { readonly insecureGitHosts: readonly string[] };
}

/**
 * How to reach a repository, with the credentials of the Secret that it names. Secrets are read
 * when they are needed and never cached.
 * @throws ForgeError SecretNotFound, InvalidSecret
 */
export async function remoteOptions(
  deps: CredentialDeps,
  namespace: string,
  repository: Repository,
  signal: AbortSignal,
): Promise<RemoteOptions> {
  const options: RemoteOptions = {
    url: repository.url,
    network: deps.network,
    allowInsecureHosts: deps.settings.insecureGitHosts,
    userAgent: "forge",
  };
  if (repository.secretRef === undefined) return options;
  const { name } = repository.secretRef;
  let secret: Secret;
  try {
    secret = await deps.client.get<Secret>(secrets, { namespace, name }, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new ForgeError("SecretNotFound", `Secret ${namespace}/${name} does not exist`);
  }
  // A service account's token, say, is no credential of a git server, whoever names it.
  if (!secretTypes.includes(secret.type ?? "Opaque")) {
    throw new ForgeError("InvalidSecret", `Secret ${namespace}/${name} has type ${secret.type}`, {
      hint: `Use a Secret of type ${secretTypes.join(" or ")}.`,
    });
  }
  const value = (key: string) => {
    const encoded = secret.data?.[key];
    return encoded === undefined
      ? undefined
      : Buffer.from(encoded, "base64").toString("utf8").trim();
  };
  const [username, password] = ["username", "password"].map(value);
  const [token, bearerToken, ca] = ["token", "bearerToken", "ca.crt"].map(value);
  const connection = { ...(ca && { ca }), ...proxyOf(value) };
  const found = { ...options, ...connection };
  if (username && password) return { ...found, credentials: { username, password } };
  if (token) return { ...found, credentials: { token } };
  if (bearerToken) return { ...found, credentials: { bearerToken } };
  throw new ForgeError(
    "InvalidSecret",
    `Secret ${namespace}/${name} has neither username and password nor token nor bearerToken`,
  );
}

function proxyOf(value: (key: string) => string | undefined): Pick<RemoteOptions, "proxy"> {
  const [url, username, password] = ["proxy", "proxyUsername", "proxyPassword"].map(value);
  if (!url) return {};
  return { proxy: { url, ...(username && password && { credentials: { username, password } }) } };
}
