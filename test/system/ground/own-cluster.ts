import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import {
  type ControlPlane,
  installKinds,
  Kubectl,
  startControlPlane,
  waitForPolicies,
} from "../../ground/index.ts";
import {
  bindPrograms,
  type GroundAddresses,
  groundUsers,
  planeAddresses,
} from "./ground-addresses.ts";

/** An API server that a test has for itself, since it does to it what others would not survive. */
export interface OwnCluster {
  readonly plane: ControlPlane;
  readonly kubectl: Kubectl;
  /** The registry and git server of all, with the API server of this one. */
  readonly ground: GroundAddresses;
  stop(): Promise<void>;
}

/** @param install puts forge's kinds there; those of this checkout unless told otherwise */
export async function startOwnCluster(
  install: (kubectl: Kubectl) => Promise<void> = installToday,
): Promise<OwnCluster> {
  const folder = mkdtempSync(join(tmpdir(), "forge-own-"));
  const plane = await startControlPlane({ folder, users: groundUsers });
  const kubectl = new Kubectl(plane.kubeconfig);
  await install(kubectl);
  await bindPrograms(kubectl);
  return {
    plane,
    kubectl,
    ground: { ...inject("ground"), ...planeAddresses(plane) },
    stop: async () => {
      await plane.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function installToday(kubectl: Kubectl): Promise<void> {
  await installKinds(kubectl);
  await waitForPolicies(kubectl);
}

/** What etcd holds, copied while it stands still, as whoever backs up its folder does. */
export interface Backup {
  /** Puts it in place of what is there now; whoever watches must begin anew. */
  restore(): Promise<void>;
  remove(): void;
}

export async function backUp({ plane, kubectl }: OwnCluster): Promise<Backup> {
  const kept = mkdtempSync(join(tmpdir(), "forge-backup-"));
  await plane.withoutEtcd(async () => {
    cpSync(plane.dataFolder, kept, { recursive: true });
  });
  return {
    restore: async () => {
      await plane.withoutEtcd(async () => {
        rmSync(plane.dataFolder, { recursive: true });
        cpSync(kept, plane.dataFolder, { recursive: true });
      });
      await plane.restartApiServer();
      await waitForPolicies(kubectl);
    },
    remove: () => rmSync(kept, { recursive: true, force: true }),
  };
}
