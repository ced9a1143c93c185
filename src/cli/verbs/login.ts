/** login and logout: which forge-server the command talks to, and as whom. */
import { ForgeError } from "../../api/index.ts";
import type { Terminal } from "../ports.ts";
import { removeLogin, writeLogin } from "../remote/login-file.ts";
import { ServerBackend } from "../remote/server-backend.ts";
import { authority, checkedUrl } from "../remote/server-target.ts";
import { originOfRun } from "../run-origin.ts";

/** A token longer than this is a file that was given by mistake. */
const longestToken = 16_384;

export interface LoginOptions {
  readonly namespace?: string;
  /** False with --no-input. */
  readonly input: boolean;
}

/** Keeps the address and a token that the server accepts; one that it does not is not kept. */
export async function login(
  terminal: Terminal,
  address: string,
  { namespace, input }: LoginOptions,
): Promise<void> {
  const { env, version, signal } = terminal;
  const url = checkedUrl(address);
  const token = await readToken(terminal, input);
  const ca = authority(env);
  const target = { url, token, ca, namespace: namespace ?? "default" };
  const about = { userAgent: `forge/${version}`, signal, origin: originOfRun(env) };
  const backend = new ServerBackend(target, about);
  try {
    const { user } = await backend.whoAmI();
    const path = writeLogin(env, {
      url,
      token,
      ...(namespace && { namespace }),
      ...(ca && { ca }),
    });
    terminal.stderr.write(`You are ${user} at ${url}. The token is kept in ${path}.\n`);
  } finally {
    await backend.close();
  }
}

export async function logout({ env, stderr }: Terminal): Promise<void> {
  const said = removeLogin(env) ? "The token is forgotten." : "Nobody was logged in.";
  stderr.write(`${said}\n`);
}

async function readToken(terminal: Terminal, input: boolean): Promise<string> {
  const { env, canAsk } = terminal;
  const read = () => (canAsk && input ? terminal.askSecret("Token: ") : terminal.readFile("-"));
  const token = (env["FORGE_TOKEN"] || (await read())).trim();
  if (/^[\x21-\x7e]+$/.test(token) && token.length <= longestToken) return token;
  throw new ForgeError("UsageInvalid", "there is no token on standard input", {
    hint: "For example: kubectl create token deployer | forge login https://forge.example.com",
  });
}
