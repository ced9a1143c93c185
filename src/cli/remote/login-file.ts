/** Where `forge login` keeps the address of a server and the token for it. */
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ForgeError } from "../../api/index.ts";

const login = z.strictObject({
  url: z.url(),
  token: z.string().min(1),
  namespace: z.string().optional(),
  /** Certificate authority of the server, in PEM. */
  ca: z.string().optional(),
});

export type Login = z.output<typeof login>;

type Env = Readonly<Record<string, string | undefined>>;

/** As the XDG Base Directory Specification has it. */
export function loginPath(env: Env): string {
  const configHome = env["XDG_CONFIG_HOME"] || join(env["HOME"] ?? ".", ".config");
  return join(configHome, "forge", "login.json");
}

/**
 * undefined where nobody logged in.
 * @throws ForgeError UsageInvalid where the file is none that login wrote
 */
export function readLogin(env: Env): Login | undefined {
  const path = loginPath(env);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  try {
    return login.parse(JSON.parse(text));
  } catch {
    // What was in it, a token perhaps, is not told.
    throw new ForgeError("UsageInvalid", `${path} is not what forge login writes`, {
      hint: "Remove it, and run: forge login",
    });
  }
}

/** Readable by its owner alone; another process sees the old file or the new one. */
export function writeLogin(env: Env, value: Login): string {
  const path = loginPath(env);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(fresh, 0o600);
  renameSync(fresh, path);
  return path;
}

/** Whether there was one. */
export function removeLogin(env: Env): boolean {
  const there = readLoginText(env) !== undefined;
  rmSync(loginPath(env), { force: true });
  return there;
}

function readLoginText(env: Env): string | undefined {
  try {
    return readFileSync(loginPath(env), "utf8");
  } catch {
    return undefined;
  }
}
