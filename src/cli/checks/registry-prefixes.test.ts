import { expect, test } from "vitest";
import { prefixFindings } from "./registry-prefixes.ts";

const project = (name: string, reason: string, registriesInUse?: readonly string[]) => ({
  metadata: { name },
  status: { registriesInUse, conditions: [{ type: "RegistryAllowed", reason }] },
});

const found = (...projects: readonly object[]) =>
  prefixFindings({ list: () => Promise.resolve(projects) } as unknown as Parameters<
    typeof prefixFindings
  >[0]);

test("nothing is said of projects within the installation's prefixes", async () => {
  expect(await found(project("a", "WithinPrefix"), { metadata: { name: "b" } })).toEqual([]);
});

test("refused projects fail the check, and prefixes in use are listed once", async () => {
  const findings = await found(
    project("a", "RegistryTaken"),
    project("b", "InUseBefore", ["z.io", "old.io"]),
    project("c", "InUseBefore", ["old.io"]),
  );
  expect(findings).toMatchObject([
    { ok: false, message: "Project a: RegistryTaken" },
    { objects: ["old.io", "z.io"] },
  ]);
  expect(findings[1]?.ok).toBeUndefined();
});
