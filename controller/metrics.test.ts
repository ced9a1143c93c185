import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { ManualClock } from "./kube/testing/index.ts";
import { ControllerMetrics } from "./metrics.ts";
import { WorkQueue } from "./work-queue.ts";

const resource = {
  group: "",
  version: "v1",
  plural: "pods",
  kind: "Pod",
  namespaced: true,
};

test("every outcome is there from the start, and counted", async () => {
  const registry = new Registry();
  const observe = new ControllerMetrics(registry).observer("release");
  const values = async () => (await registry.metrics()).split("\n");
  for (const outcome of ["done", "requeue", "wait", "stall", "error"]) {
    expect(await values()).toContain(
      `forge_reconcile_total{controller="release",outcome="${outcome}"} 0`,
    );
  }
  expect(await values()).toContain(
    'forge_reconcile_duration_seconds_count{controller="release"} 0',
  );
  observe("wait", 0.3);
  expect(await values()).toContain('forge_reconcile_total{controller="release",outcome="wait"} 1');
  expect(await values()).toContain(
    'forge_reconcile_duration_seconds_bucket{le="0.5",controller="release"} 1',
  );
});

test("queues and informers are read when asked, as often as asked", async () => {
  const registry = new Registry();
  const metrics = new ControllerMetrics(registry);
  const clock = new ManualClock();
  const queue = new WorkQueue({ clock, random: Math.random });
  metrics.trackQueue({ name: "release", queue });
  metrics.trackInformer({
    resource,
    stats: { lists: 2, watches: 5, reconnects: 1, missed: 3, outdated: 4 },
    cache: { size: 7, get: () => undefined, list: () => [], byIndex: () => [] },
    synced: true,
  });
  metrics.setLeader(true);
  queue.add({ namespace: "", name: "a" });
  clock.advance(1_500);
  await registry.metrics();
  const lines = (await registry.metrics()).split("\n").filter((line) => !line.startsWith("#"));
  expect(lines).toEqual(
    expect.arrayContaining([
      'forge_workqueue_depth{controller="release"} 1',
      'forge_workqueue_oldest_seconds{controller="release"} 1.5',
      'forge_informer_lists_total{resource="pods"} 2',
      'forge_informer_watches_total{resource="pods"} 5',
      'forge_informer_reconnects_total{resource="pods"} 1',
      'forge_informer_missed_total{resource="pods"} 3',
      'forge_informer_outdated_total{resource="pods"} 4',
      'forge_informer_objects{resource="pods"} 7',
      'forge_informer_synced{resource="pods"} 1',
      "forge_leader 1",
    ]),
  );
});
