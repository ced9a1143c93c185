import { describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { digestOf, manifestShapes } from "./image-documents.ts";

const documentOf = (name: string) => manifestShapes[name]?.(seededRandom(1));

describe("manifestShapes", () => {
  test.each([
    { name: "thirty thousand layers", field: "layers", count: 30_000 },
    { name: "an index of thirty thousand", field: "manifests", count: 30_000 },
  ])("$name", ({ name, field, count }) => {
    const body = JSON.parse(documentOf(name)?.body.toString() ?? "{}") as Record<string, unknown[]>;
    expect(body[field]).toHaveLength(count);
  });

  test("an index holds an index", () => {
    const { body, mediaType } = documentOf("an index in an index") ?? {};
    const { manifests } = JSON.parse(body?.toString() ?? "") as { manifests: object[] };
    expect(manifests).toMatchObject([{ mediaType }]);
  });

  test("the digest in the head is that of something else", () => {
    const { body = Buffer.alloc(0), headers } = documentOf("another digest in the head") ?? {};
    expect(headers?.["docker-content-digest"]).not.toBe(digestOf(body));
  });
});
