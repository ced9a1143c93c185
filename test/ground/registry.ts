import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";

export interface Registry {
  /** host:port, as image references carry it. */
  readonly host: string;
  readonly process: RunningProcess;
}

/** A key pair and its own certificate for 127.0.0.1, as files and as texts. */
export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

export interface RegistryOptions {
  /** distribution v3, go-containerregistry's, or Debian's distribution 2.8. */
  readonly program?: "distribution" | "crane" | "debian";
  /** Serves https with it; crane's registry cannot. */
  readonly tls?: TestCertificate;
  /** distribution's `auth` section; crane's registry has none. */
  readonly auth?: object;
  /** That it listens on; 127.0.0.1 when absent. */
  readonly address?: string;
}

/** Starts a real registry: distribution v3 over plain HTTP on loopback, unless told otherwise. */
export async function startRegistry(
  folder: string,
  { program = "distribution", tls, auth, address = "127.0.0.1" }: RegistryOptions = {},
): Promise<Registry> {
  mkdirSync(folder, { recursive: true });
  const host = `${address}:${await freePort(address)}`;
  const config = join(folder, "registry.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "warn" },
      storage: {
        filesystem: { rootdirectory: join(folder, "storage") },
        delete: { enabled: true },
      },
      http: {
        addr: host,
        ...(tls && { tls: { certificate: tls.certFile, key: tls.keyFile } }),
      },
      ...(auth && { auth }),
    }),
  );
  const commands = {
    distribution: () => [requireTool("registry"), "serve", config],
    debian: () => ["docker-registry", "serve", config],
    crane: () => [
      ...[requireTool("crane"), "registry", "serve"],
      ...["--address", host, "--disk", folder],
    ],
  };
  const [command = "", ...args] = commands[program]();
  const process = await startProcess({
    name: program === "distribution" ? "registry" : `registry (${program})`,
    command,
    args,
    logFile: join(folder, "registry.log"),
    // Tracing is on by default and would look for a collector.
    env: { OTEL_TRACES_EXPORTER: "none" },
    ready: () => answers(host, tls),
  });
  return { host, process };
}

/** Whether something is there, be it a request for a password. */
async function answers(host: string, tls: TestCertificate | undefined): Promise<boolean> {
  if (tls === undefined) return [200, 401].includes((await fetch(`http://${host}/v2/`)).status);
  const dispatcher = new Agent({ connect: { ca: tls.cert } });
  const { status } = await fetch(`https://${host}/v2/`, { dispatcher });
  await dispatcher.close();
  return [200, 401].includes(status);
}

export function createCertificate(folder: string, name: string): TestCertificate {
  mkdirSync(folder, { recursive: true });
  const [certFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
      ...["-keyout", keyFile, "-out", certFile, "-subj", `/CN=${name}`],
      ...["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"],
    ],
    { stdio: "ignore" },
  );
  const [cert, key] = [readFileSync(certFile, "utf8"), readFileSync(keyFile, "utf8")];
  return { certFile, keyFile, cert, key };
}
