import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Controller,
  commitFiles,
  createBareRepository,
  createCertificate,
  type GitServer,
  type OtlpReceiver,
  type Plugin,
  type Registry,
  type Server,
  startGitServer,
  startOtlpReceiver,
  startPlugin,
  startRegistry,
  startTokenServer,
  type TokenServer,
} from "../../ground/index.ts";
import { startServerFor } from "../ground/api-client.ts";
import { Journey } from "../ground/journey.ts";
import { type Canary, canary } from "./canary.ts";

export const canaries = {
  gitPassword: canary("git-password"),
  wrongPassword: canary("wrong-password"),
  registryPassword: canary("registry-password"),
  wrongRegistryPassword: canary("wrong-registry-password"),
  bearerToken: canary("bearer-token"),
  environmentValue: canary("environment-value"),
  brokenEnvironmentValue: canary("broken-environment-value"),
  manifestSecret: canary("manifest-secret"),
  brokenManifestSecret: canary("broken-manifest-secret"),
} as const satisfies Readonly<Record<string, Canary>>;

const user = "forge";

/** Programs whose every credential is a canary: git server, registry, OTLP receiver of its own. */
export class CanaryScene {
  readonly journey = new Journey("canaries");
  readonly folder = join(this.journey.ground.folder, this.journey.namespace);
  readonly socket = join(this.journey.ground.folder, `${this.journey.namespace}.sock`);
  git!: GitServer;
  registry!: Registry;
  otlp!: OtlpReceiver;
  controller!: Controller;
  server!: Server;
  plugin!: Plugin;
  #tokens!: TokenServer;

  get ledger(): string {
    return join(this.folder, "ledger.db");
  }

  /** The same registry by another name, for which the password is wrong. */
  get refusingHost(): string {
    return this.registry.host.replace("127.0.0.1", "localhost");
  }

  async start(): Promise<void> {
    const { journey, folder } = this;
    mkdirSync(folder, { recursive: true });
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer", "forge-releaser", "forge-approver");
    await this.#startServers();
    await this.#makeRepositories();
    const config = join(folder, "docker.json");
    writeFileSync(config, this.#dockerConfig(), { mode: 0o600 });
    const shared = [`--docker-config=${config}`, `--otlp-endpoint=${this.otlp.url}`];
    const registry = `${this.registry.host}/releases`;
    [this.controller, this.server, this.plugin] = await Promise.all([
      journey.controller({ registry: this.registry.host, args: shared }),
      startServerFor(journey, {
        args: [`--ledger=${this.ledger}`, `--otlp-endpoint=${this.otlp.url}`],
      }),
      startPlugin({
        ...{ socket: this.socket, registry, logFile: `${folder}-plugin.log` },
        args: [`--docker-config=${config}`, "--log-level=debug", "--allowed-range=127.0.0.0/8"],
      }),
    ]);
  }

  async #startServers(): Promise<void> {
    const { folder } = this;
    this.otlp = await startOtlpReceiver();
    this.git = await startGitServer(join(folder, "git"), {
      username: user,
      password: canaries.gitPassword.value,
    });
    this.#tokens = await startTokenServer({
      signer: createCertificate(folder, "tokens"),
      username: user,
      password: canaries.registryPassword.value,
      identityToken: "none is used",
    });
    this.registry = await startRegistry(join(folder, "registry"), {
      auth: this.#tokens.registryConfig,
    });
  }

  /** One that takes pushes, and one whose hook refuses them. */
  async #makeRepositories(): Promise<void> {
    const { git } = this;
    for (const name of ["gitops", "refusing"]) {
      await createBareRepository(join(git.root, `${name}.git`));
      await commitFiles(join(git.root, `${name}.git`), "main", "First", { "README.md": "a\n" });
    }
    const hook = join(git.root, "refusing.git", "hooks", "update");
    writeFileSync(hook, "#!/bin/sh\necho 'No pushes on Sundays.' >&2\nexit 1\n");
    chmodSync(hook, 0o755);
  }

  #dockerConfig(): string {
    const entry = ({ value }: Canary) => ({
      auth: Buffer.from(`${user}:${value}`).toString("base64"),
    });
    return JSON.stringify({
      auths: {
        [this.registry.host]: entry(canaries.registryPassword),
        [this.refusingHost]: entry(canaries.wrongRegistryPassword),
      },
    });
  }

  /** An environment on the git server of its own, by the Secret of this name. */
  environment(name: string, repository: string, secret: string, policy: object = {}): object {
    const url = `${this.git.url}/${repository}.git`;
    return this.journey.environment(name, policy, { url, secretRef: { name: secret } });
  }

  secret(name: string, password: Canary): object {
    return {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name },
      stringData: { username: user, password: password.value },
    };
  }

  async stop(): Promise<void> {
    const processes = [this.controller, this.server, this.plugin].map((one) => one?.process);
    await Promise.all(processes.map((process) => process?.stop()));
    await Promise.all([this.git?.process.stop(), this.registry?.process.stop()]);
    await Promise.all([this.#tokens?.stop(), this.otlp?.stop()]);
  }
}
