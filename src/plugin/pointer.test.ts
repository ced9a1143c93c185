import { describe, expect, test } from "vitest";
import { commit } from "../oci/testing/release-content.ts";
import { readPointer } from "./pointer.ts";
import { pointerFile } from "./testing/pointer-file.ts";

describe("readPointer", () => {
  test("reads what forge writes", () => {
    const text = `# People's own words.
apiVersion: forge.dev/v1alpha1
kind: ReleasePointer
metadata:
  name: auth
spec:
  environment: production
  repository: company/monorepo
  project: auth
  release: "${"1".repeat(40)}"
  image:
    repository: registry.example.com/releases/company/monorepo/auth
    digest: sha256:${"d".repeat(64)}
`;
    expect(readPointer(text)).toEqual({
      environment: "production",
      repository: "company/monorepo",
      project: "auth",
      commit: "1".repeat(40),
      image: {
        repository: "registry.example.com/releases/company/monorepo/auth",
        digest: `sha256:${"d".repeat(64)}`,
      },
    });
  });

  test.each([
    { text: "", because: "it is empty", says: /release\.yaml: / },
    { text: "{", because: "it is no YAML", says: /release\.yaml: / },
    { text: "- a", because: "it is a list", says: /holds no object/ },
    {
      text: "kind: ConfigMap",
      because: "it is of another kind",
      says: /holds ConfigMap of nothing/,
    },
    {
      text: pointerFile().replace("forge.dev/v1alpha1", "evil.dev/v1alpha1"),
      because: "it is of another group",
      says: /of evil\.dev\/v1alpha1, not a ReleasePointer of forge\.dev/,
    },
    {
      text: `${pointerFile()}\n---\n${pointerFile()}`,
      because: "two pointers are one too many",
      says: /release\.yaml: /,
    },
    { text: pointerFile({ release: "42" }), because: "a number may move", says: /not pinned/ },
    {
      text: pointerFile({ release: commit.slice(0, 12) }),
      because: "a prefix may become another's",
      says: /not pinned/,
    },
    { text: pointerFile({ image: undefined }), because: "no image is named", says: /not pinned/ },
    {
      text: pointerFile({ image: { repository: "a.io/b", digest: "sha256:../../x" } }),
      because: "the digest is a path",
      says: /spec\.image\.digest/,
    },
    {
      text: pointerFile({ environment: "../staging" }),
      because: "an environment is a DNS label",
      says: /spec\.environment/,
    },
    {
      text: "&a [*a, *a]",
      because: "forge writes no aliases",
      says: /alias/,
    },
    { text: "[".repeat(200), because: "it is nested too deep", says: /release\.yaml: / },
    { text: " ".repeat(70_000), because: "it is too long", says: /more than 65536 characters/ },
  ])("refuses it because $because", ({ text, says }) => {
    expect(() => readPointer(text)).toThrow(
      expect.objectContaining({
        code: "PointerFileInvalid",
        message: expect.stringMatching(says),
      }) as Error,
    );
  });
});
