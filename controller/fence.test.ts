import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Fence, LeadershipLost } from "./fence.ts";
import { KubeClient, type KubeObject } from "./kube/index.ts";
import { connect } from "./kube/testing/connect.ts";
import { ApiServerDouble, ManualClock, recordingLogger } from "./kube/testing/index.ts";
import { LeaderElection, type Leadership } from "./leader-election.ts";
import { leaseResource } from "./lease.ts";

const key = { namespace: "forge", name: "controller" };
const object = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { namespace: "forge", name: "written-by-a-leader" },
};

let server: ApiServerDouble;
let clock: ManualClock;
let fence: Fence;
let connection: ReturnType<typeof connect>["connection"];
let client: KubeClient;

beforeEach(async () => {
  server = new ApiServerDouble();
  await server.start();
  clock = new ManualClock();
  fence = new Fence(clock);
  ({ connection } = connect(server.url));
  client = new KubeClient(connection, { beforeWrite: () => fence.check() });
});

afterEach(async () => {
  server.resetAll();
  await connection.close();
  await server.stop();
});

async function lead(): Promise<Leadership> {
  const election = new LeaderElection({
    client: connect(server.url).client,
    lease: key,
    identity: "one",
    log: recordingLogger(),
    clock,
    random: () => 0.5,
    fence,
  });
  return election.acquire(new AbortController().signal);
}

const write = () => client.create<KubeObject>(leaseResource, object);

describe("a write goes through the fence", () => {
  test("not before this process leads", async () => {
    await expect(write()).rejects.toBeInstanceOf(LeadershipLost);
    expect(server.requests).toEqual([]);
  });

  test("while it leads; reads always", async () => {
    const leadership = await lead();
    await write();
    await leadership.release();
    await client.get(leaseResource, key);
    await expect(write()).rejects.toBeInstanceOf(LeadershipLost);
  });

  test("not in the moment between a thaw and the timer that ends the term", async () => {
    const leadership = await lead();
    const before = server.requests.length;
    clock.freeze(10_000);
    expect(leadership.signal.aborted).toBe(false);
    await expect(write()).rejects.toBeInstanceOf(LeadershipLost);
    expect(server.requests).toHaveLength(before);
    clock.advance(0);
    expect(leadership.signal.reason).toBeInstanceOf(LeadershipLost);
  });

  test("not again after the term ended, even when a renewal under way succeeds", async () => {
    const leadership = await lead();
    const held = Promise.withResolvers<void>();
    server.once(
      ({ method }) => method === "PUT",
      (response, request) => {
        const stored = server.store.put("leases", JSON.parse(request.body));
        void held.promise.then(() => response.end(JSON.stringify(stored)));
      },
    );
    clock.advance(2_000);
    await vi.waitFor(() => expect(server.unanswered).toBe(1), { timeout: 20_000 });
    clock.freeze(8_000);
    clock.advance(0);
    expect(leadership.signal.aborted).toBe(true);
    held.resolve();
    await vi.waitFor(() => expect(server.unanswered).toBe(0), { timeout: 20_000 });
    await expect(write()).rejects.toBeInstanceOf(LeadershipLost);
  });
});
