import { describe, expect, test } from "vitest";
import { stampedDraft, stampedPointer } from "./stamped.ts";

const origin = { requestId: "req-00001" };
const place = { environment: "dev", repository: "r", project: "p", release: "1", suspend: false };

describe("what is written carries its request", () => {
  test.each([
    { kind: "Release", stamped: true },
    { kind: "ReleaseApproval", stamped: true },
    { kind: "Environment", stamped: false },
    { kind: "Project", stamped: false },
  ] as const)("$kind: $stamped", ({ kind, stamped }) => {
    const draft = { kind, metadata: { name: "a" }, spec: {} } as never;
    const { metadata } = stampedDraft(draft, origin) as { metadata: object };
    expect(metadata).toEqual({
      name: "a",
      ...(stamped && { annotations: { "forge.dev/request-id": "req-00001" } }),
    });
  });

  test("a pointer does while it asks for what this request asks", () => {
    const pointer = (id: string) => ({
      metadata: { annotations: { kept: "yes" } },
      spec: { ...place, request: { type: "Deploy" as const, id } },
    });
    expect(stampedPointer(pointer("req-00001"), origin).metadata.annotations).toEqual({
      kept: "yes",
      "forge.dev/request-id": "req-00001",
    });
    expect(stampedPointer(pointer("req-00002"), origin)).toEqual(pointer("req-00002"));
    expect(stampedPointer(pointer("req-00001"), undefined)).toEqual(pointer("req-00001"));
  });
});
