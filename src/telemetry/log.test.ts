import { expect, test } from "vitest";
import { ForgeError } from "../api/index.ts";
import { createLogger } from "./log.ts";

function linesOf(act: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  act(createLogger("info", { program: "test" }, { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("a line is one JSON object: level, time, bindings, fields and a constant message", () => {
  const [line] = linesOf((log) => log.child({ controller: "release" }).info({ n: 1 }, "did it"));
  expect(line).toMatchObject({ level: "info", program: "test", controller: "release", n: 1 });
  expect(line?.["msg"]).toBe("did it");
  expect(line?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test("what is below the level is not written", () => {
  expect(linesOf((log) => log.debug({}, "hidden"))).toEqual([]);
});

test("an error of forge shows its code and hint, and no stack", () => {
  const [line] = linesOf((log) =>
    log.error({ error: new ForgeError("ImageTaken", "it is taken") }, "failed"),
  );
  expect(line?.["error"]).toMatchObject({ code: "ImageTaken", message: "it is taken" });
  expect(line?.["error"]).not.toHaveProperty("stack");
});

test.each([
  { fields: { password: "hunter2" }, because: "a field named so" },
  { fields: { credentials: { token: "hunter2" } }, because: "a field inside another" },
  { fields: { url: "https://x:hunter2@host/" }, because: "user info in a URL" },
  { fields: { error: new Error("fetch https://x:hunter2@host/ failed") }, because: "an error" },
  { fields: { header: "Authorization: Basic hunter2" }, because: "a header" },
  { fields: { reason: "bad token=hunter2" }, because: "the end of a field" },
  { fields: { answer: '{"token":"hunter2"}' }, because: "JSON inside a field" },
  { fields: { error: new ForgeError("GitUnreachable", "token=hunter2") }, because: "our error" },
])("strikes a secret out of $because, and stays JSON", ({ fields }) => {
  const [line] = linesOf((log) => log.warn(fields, "careful"));
  expect(JSON.stringify(line)).not.toContain("hunter2");
});
