import { expect, test } from "vitest";
import type { Access } from "../caller/access.ts";
import type { Caller } from "../caller/caller.ts";
import type { Caches } from "./informers.ts";
import { Locator } from "./locator.ts";

const object = (namespace: string, at: number) => ({
  metadata: { namespace, name: namespace, creationTimestamp: new Date(at).toISOString() },
});

/** Projects by their paths, in namespaces; the caller may list in its own alone. */
const projects: Readonly<Record<string, readonly string[]>> = {
  "company/a/auth": ["mine"],
  "company/b/auth": ["foreign"],
  "company/c/auth": ["foreign", "mine", "other"],
};

function scene() {
  const asked: string[] = [];
  const readable = async (_: unknown, reads: string, names: readonly string[]) => {
    asked.push(`${reads} in ${names.join(",")}`);
    return new Set(names.filter((name) => name === "mine"));
  };
  const all = Object.values(projects).flat();
  const caches = {
    Environment: { list: () => [object("mine", 0), object("empty", 0)] },
    Project: {
      list: () => all.map(object),
      byIndex: (_: string, path: string) => (projects[path] ?? []).map(object),
    },
  };
  const locator = new Locator(
    ...([caches as unknown as Caches, { readable } as unknown as Access, { end: 1 }] as const),
  );
  const find = (repository: string, namespace?: string) =>
    locator.find({} as Caller, { repository, project: "auth", namespace, reads: "releases" });
  return { asked, find };
}

test.each([
  { repository: "company/a", namespace: undefined, found: "mine", because: "it is the caller's" },
  { repository: "company/b", namespace: undefined, found: undefined, because: "it is foreign" },
  { repository: "company/none", namespace: undefined, found: undefined, because: "it is nowhere" },
  {
    repository: "company/c",
    namespace: undefined,
    found: "mine",
    because: "one of three is theirs",
  },
])("the same is asked for $repository, and $found found: $because", async (row) => {
  const { asked, find } = scene();
  expect((await find(row.repository, row.namespace))?.namespace).toBe(row.found);
  expect(asked).toEqual(["releases in empty,foreign,mine,other"]);
});

test.each(["company/b", "company/none"])(
  "the same is asked for %s in a namespace",
  async (name) => {
    const { asked, find } = scene();
    expect(await find(name, "foreign")).toBeUndefined();
    expect(asked).toEqual(["releases in foreign"]);
  },
);
