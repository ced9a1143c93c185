import { describe, expect, test } from "vitest";
import type { ReleaseImage } from "../oci/index.ts";
import { commit } from "../oci/testing/release-content.ts";
import { readPointer } from "./pointer.ts";
import { stampedManifests } from "./stamped-manifests.ts";
import { pointerFile } from "./testing/pointer-file.ts";

const pointer = readPointer(pointerFile());
const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";

function image(yamls: readonly string[], source: object = {}): ReleaseImage {
  return {
    metadata: {
      release: { number: 42 },
      source: { repository: "company/monorepo", project: "auth", commit, ...source },
    },
    files: yamls.map((yaml, index) => ({ name: `00${index + 1}-x.yaml`, yaml })),
  } as unknown as ReleaseImage;
}

describe("stampedManifests", () => {
  test("keeps order and content, and stamps each object", () => {
    const second = `${configMap}  annotations: {a: b, forge.dev/release: forged}\ndata: {x: "yes"}\n`;
    const [first = "", other = ""] = stampedManifests(pointer, image([configMap, second]));
    const stamps = {
      "forge.dev/release": commit,
      "forge.dev/release-number": "42",
      "forge.dev/release-digest": pointer.image.digest,
      "forge.dev/environment": "production",
    };
    expect(JSON.parse(first)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "web", annotations: stamps },
    });
    expect(JSON.parse(other)).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "web", annotations: { a: "b", ...stamps } },
      data: { x: "yes" },
    });
  });

  test.each([
    { source: { repository: "company/other" }, because: "another repository" },
    { source: { project: "web" }, because: "another project" },
    { source: { commit: "f".repeat(40) }, because: "another commit" },
  ])("refuses the image of $because", ({ source }) => {
    expect(() => stampedManifests(pointer, image([configMap], source))).toThrow(
      /the release image is a release of/,
    );
  });

  test.each([
    { yaml: "- 1", because: "a list", says: /holds no object/ },
    { yaml: "", because: "nothing", says: /ImageInvalid|001-x\.yaml/ },
    { yaml: `${configMap}---\n${configMap}`, because: "two documents", says: /001-x\.yaml/ },
    { yaml: "kind: ConfigMap", because: "no apiVersion", says: /lacks apiVersion/ },
    {
      yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata: {}",
      because: "no name",
      says: /no metadata\.name/,
    },
    {
      yaml: "apiVersion: v1\nkind: List\nmetadata: {name: x}\nitems: []",
      because: "a list of objects",
      says: /is a list/,
    },
    {
      yaml: "apiVersion: v1\nkind: Widget\nmetadata: {name: x}\nitems: []",
      because: "items of any kind are applied in its place",
      says: /is a list/,
    },
    {
      yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: [1]}",
      because: "annotations that are none",
      says: /annotations is no map/,
    },
    {
      yaml: "apiVersion: v1\nkind: ConfigMap\nmetadata: &a {name: x}\ndata: *a",
      because: "an alias",
      says: /alias/,
    },
  ])("refuses a file with $because", ({ yaml, says }) => {
    expect(() => stampedManifests(pointer, image([yaml]))).toThrow(says);
  });

  test("no manifests are an error, since Argo CD would delete everything", () => {
    expect(() => stampedManifests(pointer, image([]))).toThrow(
      expect.objectContaining({ code: "NoManifests" }) as Error,
    );
  });
});
