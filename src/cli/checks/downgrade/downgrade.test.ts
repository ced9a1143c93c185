import { describe, expect, test } from "vitest";
import { KubeError } from "../../../../controller/kube/index.ts";
import { downgradeFindings, kindFindings } from "./downgrade.ts";

const schema = {
  type: "object",
  properties: {
    ...{ apiVersion: {}, kind: {}, metadata: {} },
    spec: {
      type: "object",
      properties: { list: { type: "array", items: { type: "object", properties: {} } } },
    },
  },
};
const object = (name: string, spec: object) => ({
  ...{ apiVersion: "forge.dev/v1alpha1", kind: "Project", spec },
  metadata: { namespace: "team", name, uid: name, resourceVersion: "1" },
});

async function* pages(namespace: string | undefined, ...objects: ReturnType<typeof object>[]) {
  for (const one of objects) yield { objects: [one], ...(namespace && { namespace }) };
}

const found = (namespace: string | undefined, ...objects: ReturnType<typeof object>[]) =>
  kindFindings("Project", { previous: schema, current: schema }, pages(namespace, ...objects));

describe("the findings of a downgrade", () => {
  test("are one for each field, with every object that has it", async () => {
    const both = { tier: 1, list: [{ added: 1 }, { added: 2 }] };
    expect(await found(undefined, object("a", { tier: 2 }), object("b", both))).toEqual([
      {
        check: "downgrade",
        ok: false,
        message: "Project: spec.tier is unknown to the version before, and dropped",
        objects: ["team/a", "team/b"],
      },
      {
        check: "downgrade",
        ok: false,
        message: "Project: spec.list[].added is unknown to the version before, and dropped",
        objects: ["team/b"],
      },
    ]);
  });

  test("say how many objects fit", async () => {
    const [fit, ...others] = await found(undefined, object("a", {}), object("b", {}));
    expect(others).toEqual([]);
    expect(fit).toMatchObject({
      ok: true,
      message: expect.stringMatching(/^Project: 2 checked; /),
    });
  });

  test("say when only one namespace could be listed", async () => {
    const [fit] = await found("team", object("a", {}));
    expect(fit?.message).toContain("1 checked in team, and you may list no other namespace;");
  });

  test("say which kind the version before does not have", async () => {
    const unknown = { previous: undefined, current: schema };
    expect(await kindFindings("Plan", unknown, pages(undefined, object("a", {})))).toMatchObject([
      { ok: false, message: expect.stringContaining("no such kind"), objects: ["team/a"] },
    ]);
    expect(await kindFindings("Plan", unknown, pages(undefined))).toMatchObject([{ ok: true }]);
  });

  test("a kind that may not be listed is not a kind that fits", async () => {
    // oxlint-disable-next-line require-yield -- It fails before its first page.
    async function* stored(): AsyncGenerator<never> {
      throw new KubeError("Forbidden", "list releases: no", { status: 403 });
    }
    const findings = await downgradeFindings({ stored });
    expect(new Set(findings.map(({ ok }) => ok))).toEqual(new Set([false]));
    expect(findings[0]?.message).toBe("Release: not checked, since you may not list it");
  });
});
