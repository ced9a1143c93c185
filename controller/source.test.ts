import { expect, test } from "vitest";
import type { ChangeHandler, Key, KubeObject } from "./kube/index.ts";
import { enqueueChanges } from "./source.ts";
import type { AddOptions } from "./work-queue.ts";

interface Item extends KubeObject {
  readonly owner: string;
}

const item = (name: string, owner: string): Item => ({
  apiVersion: "v1",
  kind: "Item",
  metadata: { name, namespace: "ns" },
  owner,
});

function setUp(synced: boolean, keysOf?: (object: Item) => Key[]) {
  const handlers: ChangeHandler<Item>[] = [];
  const added: string[] = [];
  const informer = { synced, addHandler: (h: ChangeHandler<Item>) => void handlers.push(h) };
  const add = (key: Key, { priority }: AddOptions = {}) => {
    added.push(`${key.name} ${priority}`);
  };
  enqueueChanges(informer, { add }, keysOf);
  return { added, tell: handlers[0] as ChangeHandler<Item> };
}

test("changes go before what is looked at only to be sure", () => {
  const { added, tell } = setUp(true);
  tell("updated", item("a", "x"), item("a", "x"));
  tell("resync", item("b", "x"));
  tell("deleted", item("c", "x"));
  expect(added).toEqual(["a 0", "a 0", "b -1", "c 0"]);
  const first = setUp(false);
  first.tell("added", item("a", "x"));
  expect(first.added).toEqual(["a -1"]);
});

test("what a person asks for goes before what follows from it", () => {
  const handlers: ChangeHandler<Item>[] = [];
  const added: string[] = [];
  const informer = { synced: true, addHandler: (h: ChangeHandler<Item>) => void handlers.push(h) };
  const add = (key: Key, { priority }: AddOptions = {}) => {
    added.push(`${key.name} ${priority}`);
  };
  enqueueChanges(informer, { add }, ({ owner, metadata }) => [{ ...metadata, namespace: owner }], {
    asked: true,
  });
  const written = (name: string, generation: number): Item => {
    const { metadata, ...rest } = item(name, "x");
    return { ...rest, metadata: { ...metadata, generation } };
  };
  handlers[0]?.("added", written("new", 1));
  handlers[0]?.("updated", written("spec", 2), written("spec", 1));
  handlers[0]?.("updated", written("status", 2), written("status", 2));
  handlers[0]?.("resync", written("again", 2));
  expect(added).toEqual(["new 1", "spec 1", "spec 1", "status 0", "status 0", "again -1"]);
});

test("an object that moved concerns its old owner and its new", () => {
  const { added, tell } = setUp(true, ({ owner }) => [{ namespace: "ns", name: owner }]);
  tell("updated", item("a", "new"), item("a", "old"));
  expect(added).toEqual(["new 0", "old 0"]);
});
