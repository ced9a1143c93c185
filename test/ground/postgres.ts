import { appendFileSync, chownSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { output, run } from "./command.ts";
import { freePort } from "./free-port.ts";
import { isAlive, type RunningProcess, startProcess } from "./process.ts";

export interface Postgres {
  readonly folder: string;
  readonly port: number;
  /** The one that runs now. */
  readonly process: RunningProcess;
  /** Makes a database and returns its URL, with the password. */
  createDatabase(name: string): Promise<string>;
  /** Runs SQL as the superuser, and returns what it prints, a line a row. */
  query(database: string, statement: string): Promise<string>;
  /** Ends it like a power cut, and starts it again on the same port. */
  crash(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where Debian puts the programs of PostgreSQL, which are not on PATH. */
const debianFolder = "/usr/lib/postgresql";

/** The folder of initdb and postgres; undefined where there are none. */
export function postgresPrograms(): string | undefined {
  try {
    const [newest] = readdirSync(debianFolder).toSorted((a, b) => Number(b) - Number(a));
    return newest === undefined ? undefined : join(debianFolder, newest, "bin");
  } catch {
    return undefined;
  }
}

const user = "forge";
const password = "s3cret-of-postgres";

/** Where it is reached besides its socket; on loopback alone when absent. */
interface PostgresNetwork {
  readonly address: string;
  /** Addresses that may enter, with a password: 10.0.0.0/8. */
  readonly clients: string;
}

/** Starts PostgreSQL with passwords asked for. As root it runs as Debian's user postgres. */
export async function startPostgres(folder: string, network?: PostgresNetwork): Promise<Postgres> {
  const address = network?.address ?? "127.0.0.1";
  const programs = postgresPrograms();
  if (programs === undefined)
    throw new Error(`PostgreSQL is missing from ${debianFolder}: make setup APT=1`);
  const data = join(folder, "data");
  mkdirSync(folder, { recursive: true });
  const prefix = await asOwner(folder);
  const [command = "", ...args] = [...prefix, join(programs, "initdb")];
  // The superuser enters by the socket alone, everybody else by password.
  const auth = ["--auth-local=trust", "--auth-host=scram-sha-256"];
  await output(command, [...args, "-D", data, "-U", "postgres", ...auth, "-N"]);
  if (network !== undefined)
    appendFileSync(join(data, "pg_hba.conf"), `host all all ${network.clients} scram-sha-256\n`);
  const port = await freePort(address);
  const psql = (database: string, statement: string) =>
    output(join(programs, "psql"), [
      ...["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", String(port)],
      ...["-U", "postgres", "-d", database, "-c", statement],
    ]);
  const ready = join(programs, "pg_isready");
  const start = () => {
    const [program = "", ...rest] = [...prefix, join(programs, "postgres")];
    return startProcess({
      name: "postgres",
      command: program,
      args: [
        ...[...rest, "-D", data, "-p", String(port), "-k", folder],
        ...["-c", `listen_addresses=${address}`, "-c", "shared_buffers=32MB"],
      ],
      logFile: join(folder, "postgres.log"),
      ready: async () => (await run(ready, ["-h", address, "-p", String(port)])).code === 0,
    });
  };
  let process = await start();
  await psql("postgres", `create role ${user} login password '${password}'`);
  return {
    folder,
    port,
    get process() {
      return process;
    },
    createDatabase: async (name) => {
      await psql("postgres", `create database ${name} owner ${user}`);
      return `postgres://${user}:${password}@${address}:${port}/${name}`;
    },
    query: psql,
    crash: async () => {
      const backends = childrenOf(process.pid);
      process.kill("SIGKILL");
      await process.exited;
      // They hold the shared memory until they notice; a new postmaster refuses to start before.
      const deadline = Date.now() + 10_000;
      while (backends.some(isAlive) && Date.now() < deadline) await sleep(5);
    },
    start: async () => {
      process = await start();
    },
    stop: () => process.stop(),
  };
}

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}

/** PostgreSQL refuses to run as root: then the folder is given to its own user. */
async function asOwner(folder: string): Promise<readonly string[]> {
  if (userInfo().uid !== 0) return [];
  const id = async (flag: string) => Number(await output("id", [flag, "postgres"]));
  const [uid, gid] = [await id("-u"), await id("-g")];
  chownSync(folder, uid, gid);
  return ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"];
}
