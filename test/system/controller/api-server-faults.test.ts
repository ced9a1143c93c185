import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { KubeClient } from "../../../controller/kube/index.ts";
import {
  type ControlPlane,
  type FaultProxy,
  startControlPlane,
  startFaultProxy,
} from "../../ground/index.ts";
import { caOf, kubeconfigVia } from "../ground/kubeconfig-via.ts";
import {
  ConfigMapController,
  clientOf,
  configMaps,
  deliveriesOf,
  versionsOf,
} from "./config-map-controller.ts";

/**
 * A control plane of its own, since it is stopped and killed. The controller reaches it by a proxy
 * that counts what is asked and can cut it off; the test itself goes straight.
 */

const namespace = "default";
let folder: string;
let plane: ControlPlane;
let proxy: FaultProxy;
let direct: ReturnType<typeof clientOf>;
let controller: ConfigMapController;
let asked = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "forge-faults-"));
  plane = await startControlPlane({ folder });
  proxy = await startFaultProxy(plane.url, caOf(plane.kubeconfig));
  proxy.judge = () => {
    asked++;
    return { type: "pass" };
  };
  direct = clientOf(plane.kubeconfig);
  const livenessMs = 5_000;
  controller = new ConfigMapController(kubeconfigVia(plane.kubeconfig, proxy.url), namespace, {
    livenessMs,
  });
  await controller.start();
});

afterAll(async () => {
  await controller.stop();
  await direct.connection.close();
  await proxy.stop();
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

let round = 0;
beforeEach(async () => {
  round++;
  await put("changed", `${round}-before`);
  await put("removed", `${round}-before`);
  await converged();
});

/** The server may be starting: tried until it answers, since this is the test's own hand. */
async function insist(act: (client: KubeClient) => Promise<unknown>): Promise<void> {
  await vi.waitFor(() => act(direct.client), { timeout: 60_000, interval: 200 });
}

async function put(name: string, content: string): Promise<void> {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data: { content },
  };
  const options = { fieldManager: "test", force: true };
  await insist((client) => client.apply(configMaps, object, options));
}

const remove = (name: string) => insist((client) => client.delete(configMaps, { namespace, name }));

/** The cache is a fresh list, all of it is delivered, and none of it twice. */
async function converged(): Promise<void> {
  await vi.waitFor(
    async () => {
      const listed = await controller.listed(direct.client);
      expect(controller.cached()).toEqual(versionsOf(listed));
      for (const object of listed) {
        const deliveries = deliveriesOf(object);
        const { content } = object.data ?? {};
        expect(deliveries.at(-1)).toBe(content);
        expect(new Set(deliveries).size).toBe(deliveries.length);
      }
    },
    { timeout: 60_000, interval: 250 },
  );
}

async function changeEverything(): Promise<void> {
  await put("changed", `${round}-after`);
  await put(`created-${round}`, `${round}-new`);
  await remove("removed");
}

describe("on a real API server", () => {
  test("etcd stopped and started: nothing is missed, and the server is not stormed", async () => {
    const before = asked;
    await plane.withoutEtcd(async () => {
      // Long enough for requests under way to fail, and to be tried again.
      await new Promise((resolve) => setTimeout(resolve, 8_000));
    });
    expect(asked - before).toBeLessThanOrEqual(60);
    await changeEverything();
    await converged();
  });

  test("the server killed and started under load: every object is seen as it ends", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `load-${index}`);
    const load = async () => {
      for (let turn = 0; turn < 3; turn++) {
        for (const name of names) await put(name, `${round}-${turn}`);
      }
    };
    const loaded = load();
    await plane.restartApiServer();
    await loaded;
    await changeEverything();
    await converged();
    expect(controller.informer.stats.reconnects).toBeGreaterThan(0);
  });

  test("a compaction while cut off: 410, a new list, and what was missed is told", async () => {
    const { lists, missed } = controller.informer.stats;
    proxy.judge = () => ({ type: "reset" });
    proxy.resetAll();
    await changeEverything();
    await plane.compact();
    // The server's own cache would still know: it is emptied too.
    await plane.restartApiServer();
    proxy.judge = () => ({ type: "pass" });
    await converged();
    expect(controller.informer.stats.lists).toBeGreaterThan(lists);
    expect(controller.informer.stats.missed).toBeGreaterThanOrEqual(missed + 3);
  });

  test("an answer lost on its way back does nothing twice", async () => {
    let lost = 0;
    proxy.judge = ({ method }) => {
      if (method !== "PUT" || lost >= 2) return { type: "pass" };
      lost++;
      return { type: "lose-answer" };
    };
    await changeEverything();
    await converged();
    expect(lost).toBe(2);
  });
});
