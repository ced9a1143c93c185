import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";

/** The used part of a kubeconfig. */
interface Kubeconfig {
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server: string };
  }[];
  readonly users: readonly { readonly name: string; readonly user: object }[];
}

function read(file: string): Kubeconfig {
  return parse(readFileSync(file, "utf8")) as Kubeconfig;
}

/** Address of the API server. */
export function serverOf(kubeconfig: string): string {
  return read(kubeconfig).clusters[0]?.cluster.server ?? "";
}

/** The token of the one who enters by it. */
export function tokenOf(kubeconfig: string): string {
  const user = read(kubeconfig).users[0]?.user ?? {};
  return "token" in user ? String(user.token) : "";
}

/** Writes a kubeconfig that enters as somebody else: with a token, or in another user's name. */
export function writeKubeconfig(
  file: string,
  from: string,
  change: { readonly token: string } | { readonly as: string },
): string {
  const config = read(from);
  const users = config.users.map((one) => ({
    ...one,
    user: "token" in change ? change : { ...one.user, ...change },
  }));
  writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
  return file;
}
