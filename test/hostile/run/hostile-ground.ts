import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Controller,
  type Plugin,
  type Server,
  startPlugin,
  tokenOf,
} from "../../ground/index.ts";
import { ApiClient, startServerFor } from "../../system/ground/api-client.ts";
import { Journey } from "../../system/ground/journey.ts";
import { Workspace } from "../../system/ground/workspace.ts";
import { signingKey } from "../generators/signature.ts";
import { HostileGitServer } from "../servers/hostile-git-server.ts";
import { HostileRegistry } from "../servers/hostile-registry.ts";
import { sourceSurfaces } from "../surfaces/git-surfaces.ts";
import { HostileTenant } from "../surfaces/hostile-tenant.ts";
import { type PluginCaller, pluginSurfaces } from "../surfaces/plugin-surfaces.ts";
import { serverSurfaces } from "../surfaces/server-surfaces.ts";
import type { Surface } from "../surfaces/surface.ts";
import { KubeApi } from "./kube-api.ts";
import { heapFlag, memoryLimits } from "./memory.ts";
import { Neighbour } from "./neighbour.ts";

/** The three programs, a tenant who attacks them and a neighbour who works. */
export interface HostileGround {
  readonly controller: Controller;
  readonly server: Server;
  readonly plugin: Plugin;
  readonly socket: string;
  readonly surfaces: readonly Surface[];
  readonly neighbour: Neighbour;
  stop(): Promise<void>;
}

/** @param callPlugin makes what asks the plugin on a socket */
export async function startHostileGround(
  callPlugin: (socket: string) => PluginCaller & { close(): void },
): Promise<HostileGround> {
  const attacker = new Workspace("hostile");
  const journey = new Journey("neighbour");
  const { ground, namespace, repository } = attacker;
  const [git, registry] = await Promise.all([HostileGitServer.start(), HostileRegistry.start()]);
  const limits = memoryLimits();
  const key = signingKey();
  const keyFile = join(ground.folder, `${namespace}.pub`);
  writeFileSync(keyFile, key.publicPem);
  const socket = join(ground.folder, `${namespace}.sock`);
  await Promise.all([attacker.create(), journey.create()]);
  // carol has a namespace of her own, and may do nothing in the neighbour's.
  await attacker.bind("carol", "forge-view");
  await attacker.bind("dave", "forge-view");
  await journey.bind("alice", "forge-view", "forge-deployer", "forge-releaser");
  await journey.apply(journey.environment("production"));
  await attacker.apply(attacker.project("auth", { artifacts: { registries: [registry.host] } }));
  const [controller, server, plugin] = await Promise.all([
    attacker.controller({ allNamespaces: true, nodeArgs: [heapFlag(limits.controller)] }),
    startServerFor(attacker, {
      args: [`--ledger=${join(ground.folder, namespace)}.db`],
      nodeArgs: [heapFlag(limits.server)],
    }),
    startPlugin({
      socket,
      registry: `${ground.registry}/releases`,
      logFile: join(ground.folder, `${namespace}-plugin.log`),
      args: [`--registry=${registry.host}/releases`, `--signature-key=${keyFile}`],
      nodeArgs: [heapFlag(limits.plugin)],
    }),
  ]);
  const api = new KubeApi(ground.kubeconfig);
  const tenant = new HostileTenant(api, namespace, repository);
  const caller = callPlugin(socket);
  const target = {
    token: tokenOf(ground.people.carol),
    otherToken: tokenOf(ground.people.dave),
    repository: journey.repository,
  };
  return {
    ...{ controller, server, plugin, socket },
    surfaces: [
      ...sourceSurfaces(tenant, git),
      ...pluginSurfaces({ plugin: caller, key, registry, tenant }),
      ...serverSurfaces({ server, target, registry, tenant }),
    ],
    neighbour: new Neighbour(
      journey,
      ApiClient.as(server, journey, "alice"),
      controller.process.pid,
    ),
    stop: async () => {
      caller.close();
      await Promise.all([controller, server, plugin].map(({ process }) => process.stop(1_000)));
      await Promise.all([git, registry].map((double) => double[Symbol.asyncDispose]()));
      await api.close();
    },
  };
}
