import { expect, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { ChangeFeed } from "./change-feed.ts";

const object = (name: string) =>
  ({
    kind: "ReleasePointer",
    metadata: { name, namespace: "shop", resourceVersion: "7" },
    spec: { repository: "company/monorepo", project: "auth", environment: "dev", release: "1" },
    status: { conditions: [{ type: "Ready", status: "True", reason: "Committed" }] },
  }) as never;

function opened(): ChangeFeed {
  const feed = new ChangeFeed(new ManualClock());
  feed.open();
  return feed;
}

test("what was there before it was opened is no news, and what is only repeated neither", () => {
  const feed = new ChangeFeed(new ManualClock());
  feed.tell("added", object("a"));
  feed.open();
  feed.tell("resync", object("a"));
  expect(feed.at(feed.end - 1)).toBeUndefined();
});

test("a change says what it is, and how it stands", () => {
  const feed = opened();
  const place = feed.end;
  feed.tell("updated", object("a"));
  expect(feed.at(place)?.event).toEqual({
    type: "Updated",
    kind: "ReleasePointer",
    namespace: "shop",
    name: "a",
    resourceVersion: "7",
    repository: "company/monorepo",
    project: "auth",
    environment: "dev",
    state: "Committed",
  });
});

test("a listener goes on behind the last id that it saw", () => {
  const feed = opened();
  for (const name of ["a", "b", "c"]) feed.tell("added", object(name));
  const id = feed.at(feed.end - 2)?.id ?? "";
  const place = feed.placeBehind(id) ?? 0;
  expect(feed.at(place)?.event.name).toBe("c");
});

test("another process's id, and one that was forgotten, cannot be gone on from", () => {
  const feed = opened();
  feed.tell("added", object("a"));
  const first = feed.at(feed.end - 1)?.id ?? "";
  expect(feed.placeBehind("elsewhere-1")).toBeUndefined();
  expect(feed.placeBehind(first)).toBe(feed.end);
  for (let n = 0; n < 40_000; n++) feed.tell("updated", object("b"));
  expect(feed.placeBehind(first)).toBeUndefined();
  expect(feed.isForgotten(1)).toBe(true);
  expect(feed.at(feed.end - 1)?.event.name).toBe("b");
});

test("an id tells nothing of how many changes others saw", () => {
  const feed = opened();
  const ids = Array.from({ length: 3 }, (_, n) => feed.idOf(n + 1));
  for (const id of ids) expect(id).toMatch(/^[0-9a-z]+-[0-9a-f]{32}$/);
  const sealed = ids.map((id) => BigInt(`0x${id.split("-")[1]}`));
  expect((sealed[1] ?? 0n) - (sealed[0] ?? 0n)).not.toBe((sealed[2] ?? 0n) - (sealed[1] ?? 0n));
});

test("who waits is woken by the next change", async () => {
  const feed = opened();
  let woken = false;
  const news = feed.news().then(() => (woken = true));
  await Promise.resolve();
  expect(woken).toBe(false);
  feed.tell("deleted", object("a"));
  await news;
  expect(woken).toBe(true);
});
