import { describe, expect, test } from "vitest";
import {
  originOf,
  pointerOrigin,
  requestIdIn,
  traceparentIn,
  withOrigin,
} from "./request-origin.ts";

const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;

describe("the origin of a write", () => {
  test.each([
    { text: "req-0001", because: "eight characters are enough", found: true },
    { text: "a".repeat(64), because: "64 are the most", found: true },
    { text: "a".repeat(65), because: "65 are too many", found: false },
    { text: "short", because: "five name too many requests", found: false },
    { text: "two words of it", because: "a trailer has no spaces", found: false },
    { text: "line\nbreak-1", because: "a trailer is one line", found: false },
    { text: null, because: "there is no header", found: false },
  ])("an id: $because", ({ text, found }) => {
    expect(requestIdIn(text)).toBe(found ? text : undefined);
  });

  test.each([
    { text: traceparent, because: "it is one of version 00", found: true },
    { text: `00-${"0".repeat(32)}-${"b".repeat(16)}-01`, because: "no trace", found: false },
    { text: `00-${"a".repeat(32)}-${"0".repeat(16)}-01`, because: "no span", found: false },
    { text: `01${traceparent.slice(2)}`, because: "another version", found: false },
    { text: `${traceparent}\n`, because: "nothing may follow", found: false },
  ])("a traceparent: $because", ({ text, found }) => {
    expect(traceparentIn(text)).toBe(found ? text : undefined);
  });

  test("what is written as annotations is read again", () => {
    const origin = { requestId: "req-0001", traceparent };
    expect(originOf({ metadata: { annotations: withOrigin({}, origin) } })).toEqual(origin);
    expect(originOf({ metadata: {} })).toBeUndefined();
  });

  test("a write that is not traced leaves nothing of the trace before it", () => {
    const before = withOrigin({ kept: "yes" }, { requestId: "req-0001", traceparent });
    const annotations = withOrigin(before, { requestId: "req-0002" });
    expect(originOf({ metadata: { annotations } })).toEqual({ requestId: "req-0002" });
    expect(annotations).toMatchObject({ kept: "yes" });
  });

  test("what a pointer carries of an earlier request is not said of this one", () => {
    const annotations = withOrigin(undefined, { requestId: "req-0001", traceparent });
    const of = (id: string | undefined) =>
      pointerOrigin({ metadata: { annotations }, spec: { request: { id } } });
    expect(of("req-0001")).toEqual({ requestId: "req-0001", traceparent });
    expect(of("req-0002")).toEqual({ requestId: "req-0002" });
    expect(of(undefined)).toBeUndefined();
  });
});
