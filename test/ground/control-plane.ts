import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./process.ts";

export interface ControlPlane {
  readonly url: string;
  /** A kubeconfig for the administrator. */
  readonly kubeconfig: string;
  /** The API server's audit log, one JSON object a line: who asked for what, and the answer. */
  readonly auditLog: string;
  /** Where etcd keeps its data. */
  readonly dataFolder: string;
  /** Its certificate and that of its authority, in one file. */
  readonly certificate: string;
  /** Signs the tokens of service accounts. */
  readonly serviceAccountKey: string;
  /** Those that run at the moment. */
  readonly processes: readonly RunningProcess[];
  /** Writes a kubeconfig for one of the users, by default against the API server itself. */
  kubeconfigFor(user: string, server?: string): string;
  stop(): Promise<void>;
  /** Kills the API server, with no time to say anything, and starts it anew at its address. */
  restartApiServer(): Promise<void>;
  /** Ends etcd, lets the work be done without it, and starts it anew on the same data. */
  withoutEtcd(work: () => Promise<void>): Promise<void>;
  /** Forgets all history of etcd: a watch from before is Gone. */
  compact(): Promise<void>;
  /** Writes to etcd past the API server: an object as another version of it was stored. */
  store(key: string, value: object): Promise<void>;
}

export interface ControlPlaneOptions {
  readonly folder: string;
  /** Users besides the administrator, each with its groups. */
  readonly users?: Readonly<Record<string, readonly string[]>>;
  /** Bytes that etcd may hold; its own limit of 2 GiB when absent. */
  readonly etcdQuotaBytes?: number;
  /** That the API server listens on; 127.0.0.1 when absent. */
  readonly address?: string;
  /** Whether a pod needs its namespace's service account, which only a controller makes. */
  readonly serviceAccounts?: boolean;
  /** More flags of kube-apiserver. */
  readonly apiServerArgs?: readonly string[];
}

/** Starts a real etcd and kube-apiserver, on loopback unless told; there are no other Kubernetes components. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { folder, address = "127.0.0.1" } = options;
  mkdirSync(folder, { recursive: true });
  const etcd = await createEtcd(folder, options.etcdQuotaBytes);
  let etcdProcess = await etcd.start();
  const tokens = writeTokens(folder, { admin: ["system:masters"], ...options.users });
  const keyFile = join(folder, "service-account.key");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });

  const auditPolicy = join(folder, "audit-policy.json");
  const auditLog = join(folder, "audit.log");
  writeFileSync(
    auditPolicy,
    JSON.stringify({
      apiVersion: "audit.k8s.io/v1",
      kind: "Policy",
      omitStages: ["RequestReceived"],
      rules: [{ level: "None", users: ["system:apiserver"] }, { level: "Metadata" }],
    }),
  );

  const port = await freePort(address);
  const url = `https://${address}:${port}`;
  const certificates = join(folder, "certificates");
  const certificate = join(certificates, "apiserver.crt");
  const startApiServer = () =>
    startProcess({
      name: "kube-apiserver",
      command: requireTool("kube-apiserver"),
      args: [
        `--etcd-servers=${etcd.url}`,
        `--cert-dir=${certificates}`,
        `--bind-address=${address}`,
        `--secure-port=${port}`,
        `--service-account-issuer=${url}`,
        `--service-account-key-file=${keyFile}`,
        `--service-account-signing-key-file=${keyFile}`,
        `--token-auth-file=${join(folder, "tokens.csv")}`,
        "--authorization-mode=RBAC",
        `--audit-policy-file=${auditPolicy}`,
        `--audit-log-path=${auditLog}`,
        "--service-cluster-ip-range=10.96.0.0/16",
        ...(options.serviceAccounts ? [] : ["--disable-admission-plugins=ServiceAccount"]),
        ...(options.apiServerArgs ?? []),
      ],
      logFile: join(folder, "kube-apiserver.log"),
      ready: async () =>
        existsSync(certificate) && isReady(url, readFileSync(certificate, "utf8"), tokens["admin"]),
    });
  let apiServer = await startApiServer();
  const kubeconfigFor = (user: string, server = url) => {
    const file = join(
      folder,
      `kubeconfig-${user}${server === url ? "" : `-${new URL(server).port}`}`,
    );
    const token = tokens[user];
    if (token === undefined) throw new Error(`the control plane has no user ${user}`);
    writeFileSync(file, kubeconfigText(server, certificate, user, token), { mode: 0o600 });
    return file;
  };
  return {
    url,
    kubeconfig: kubeconfigFor("admin"),
    auditLog,
    dataFolder: join(folder, "etcd"),
    certificate,
    serviceAccountKey: keyFile,
    get processes() {
      return [etcdProcess, apiServer];
    },
    kubeconfigFor,
    stop: async () => {
      await apiServer.stop();
      await etcdProcess.stop();
    },
    restartApiServer: async () => {
      apiServer.kill("SIGKILL");
      await apiServer.exited;
      apiServer = await startApiServer();
    },
    withoutEtcd: async (work) => {
      await etcdProcess.stop();
      try {
        await work();
      } finally {
        etcdProcess = await etcd.start();
      }
    },
    compact: () => compactEtcd(etcd.url),
    store: async (key, value) => {
      const base64 = (text: string) => Buffer.from(text).toString("base64");
      const pair = { key: base64(key), value: base64(JSON.stringify(value)) };
      await callEtcd(etcd.url, "put", pair);
    },
  };
}

interface Etcd {
  readonly url: string;
  start(): Promise<RunningProcess>;
}

async function createEtcd(folder: string, quotaBytes: number | undefined): Promise<Etcd> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const start = () =>
    startProcess({
      name: "etcd",
      command: requireTool("etcd"),
      args: [
        `--data-dir=${join(folder, "etcd")}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=default=${peerUrl}`,
        // The data is thrown away with the test.
        "--unsafe-no-fsync",
        ...(quotaBytes === undefined ? [] : [`--quota-backend-bytes=${quotaBytes}`]),
      ],
      logFile: join(folder, "etcd.log"),
      ready: async () => (await fetch(`${url}/health`)).ok,
    });
  return { url, start };
}

/** By etcd's HTTP gateway. */
async function callEtcd(url: string, path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/v3/kv/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

/** Everything before the revision of now is forgotten. */
async function compactEtcd(url: string): Promise<void> {
  const key = Buffer.from("/").toString("base64");
  const { header } = (await callEtcd(url, "range", { key })) as { header: { revision: string } };
  await callEtcd(url, "compaction", { revision: header.revision, physical: true });
}

function writeTokens(
  folder: string,
  users: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  const tokens: Record<string, string> = {};
  const lines = Object.entries(users).map(([user, groups]) => {
    const token = randomBytes(24).toString("hex");
    tokens[user] = token;
    return `${token},${user},${user},"${groups.join(",")}"`;
  });
  writeFileSync(join(folder, "tokens.csv"), `${lines.join("\n")}\n`, { mode: 0o600 });
  return tokens;
}

async function isReady(url: string, ca: string, token: string | undefined): Promise<boolean> {
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const answer = await fetch(`${url}/readyz`, {
      dispatcher,
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.ok;
  } finally {
    await dispatcher.close();
  }
}

function kubeconfigText(server: string, certificate: string, user: string, token: string): string {
  const cluster = server.startsWith("https:")
    ? { server, "certificate-authority": certificate }
    : { server, "insecure-skip-tls-verify": true };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "ground", cluster }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: user, context: { cluster: "ground", user, namespace: "default" } }],
    "current-context": user,
  });
}
