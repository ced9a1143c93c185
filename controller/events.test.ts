import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EventRecorder, type EventText } from "./events.ts";
import { connect } from "./kube/testing/connect.ts";
import {
  ApiServerDouble,
  type LoggedLine,
  ManualClock,
  recordingLogger,
  refuse,
} from "./kube/testing/index.ts";

const object = {
  apiVersion: "example.dev/v1",
  kind: "Widget",
  metadata: { name: "a", namespace: "web", uid: "u1", resourceVersion: "5" },
};
const text: EventText = { type: "Normal", reason: "Deployed", action: "Deploy", note: "done" };

let server: ApiServerDouble;
let recorder: EventRecorder;
let clock: ManualClock;
let lines: LoggedLine[];
let close: () => Promise<void>;

beforeEach(async () => {
  server = new ApiServerDouble();
  const { client, connection } = connect(await server.start());
  close = () => connection.close();
  clock = new ManualClock();
  lines = [];
  const log = recordingLogger(lines);
  recorder = new EventRecorder({ client, log, clock, controller: "forge", instance: "pod-1" });
});

afterEach(async () => {
  await server.stop();
  await close();
});

const isAny = () => true;
const bodies = () => server.requests.map((request) => JSON.parse(request.body));

test("an event regards its object, in the object's namespace", async () => {
  recorder.record(object, { ...text, note: "x".repeat(2_000) });
  await recorder.flush();
  expect(server.requests[0]?.path).toBe("/apis/events.k8s.io/v1/namespaces/web/events");
  expect(bodies()[0]).toMatchObject({
    apiVersion: "events.k8s.io/v1",
    metadata: { name: expect.stringMatching(/^a\.[0-9a-f]{16}$/) },
    eventTime: "2026-01-01T00:00:00.000000Z",
    reportingController: "forge",
    reportingInstance: "pod-1",
    type: "Normal",
    reason: "Deployed",
    action: "Deploy",
    note: expect.stringMatching(/^x{1021}…$/),
    regarding: { kind: "Widget", namespace: "web", name: "a", uid: "u1" },
  });
});

test("the same event is written once for a while, another at once", async () => {
  recorder.record(object, text);
  recorder.record(object, text);
  recorder.record(object, { ...text, note: "other" });
  recorder.record({ ...object, metadata: { ...object.metadata, uid: "u2" } }, text);
  clock.advance(300_000);
  recorder.record(object, text);
  await recorder.flush();
  expect(bodies().map((body) => `${body.regarding.uid} ${body.note}`)).toEqual([
    "u1 done",
    "u1 other",
    "u2 done",
    "u1 done",
  ]);
});

test("an event that cannot be written is logged, and fails nothing", async () => {
  server.once(() => true, refuse(403, "Forbidden"));
  recorder.record(object, text);
  await recorder.flush();
  expect(lines).toMatchObject([{ level: "warn", message: "event not written" }]);
});

test("a flood is dropped, not queued without end", async () => {
  for (let i = 0; i < 1_010; i++) recorder.record(object, { ...text, note: `n${i}` });
  await recorder.flush();
  // Those that wait, and those under way.
  expect(server.requests).toHaveLength(1_004);
  expect(lines.filter((line) => line.message === "event dropped")).toHaveLength(6);
});

test("a stop does not wait long for events that nobody takes", async () => {
  const held: ServerResponse[] = [];
  for (let i = 0; i < 4; i++) server.once(isAny, (response) => void held.push(response));
  for (let i = 0; i < 20; i++) recorder.record(object, { ...text, note: `n${i}` });
  const flushed = recorder.flush();
  await vi.waitFor(() => expect(held).toHaveLength(4), { interval: 1, timeout: 20_000 });
  clock.advance(5_000);
  for (const response of held) response.destroy();
  await flushed;
  expect(server.requests).toHaveLength(4);
});
