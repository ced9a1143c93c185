import { describe, expect, test } from "vitest";
import { openTracer } from "./open-tracer.ts";
import { endingWith, inSpan, noSpan, noTracer, type Span } from "./span.ts";

const about = { service: "forge-test", version: "0", log: { warn: () => undefined } };

function recording(): { readonly span: Span; readonly ended: unknown[] } {
  const ended: unknown[] = [];
  const span: Span = { ...noSpan, child: () => span, end: (failure) => void ended.push(failure) };
  return { span, ended };
}

describe("tracing", () => {
  test("off, it is one object that does nothing", async () => {
    const tracer = await openTracer({ ...about, endpoint: undefined });
    expect(tracer).toBe(noTracer);
    const span = tracer.begin({ name: "request", kind: "server" });
    expect(span.child("below").traceparent).toBeUndefined();
    expect(span.child("below")).toBe(span);
  });

  test("a span ends with its work, and with what went wrong", async () => {
    const { span, ended } = recording();
    const failure = new Error("no");
    expect(await inSpan(span, "one", () => 1)).toBe(1);
    await expect(endingWith(span, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(ended).toEqual([undefined, failure]);
  });

  test("goes on from who asked, and begins anew where that is nobody", async () => {
    const tracer = await openTracer({ ...about, endpoint: "http://127.0.0.1:9" });
    const trace = "a".repeat(32);
    const begin = (traceparent: string | undefined) =>
      tracer.begin({ name: "request", kind: "server", traceparent }).traceparent;
    expect(begin(`00-${trace}-${"b".repeat(16)}-01`)).toMatch(
      new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`),
    );
    // Who asked records nothing, and so does not what follows.
    expect(begin(`00-${trace}-${"b".repeat(16)}-00`)).toMatch(/-00$/);
    for (const none of [undefined, "", "00-zz-1-01"]) {
      expect(begin(none)).toMatch(/^00-(?!a{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    }
    await tracer.close();
  });
});
