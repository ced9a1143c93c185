import { describe, expect, test } from "vitest";
import { readEnvironmentConfig } from "./environment-config.ts";

const good = `# Ours.
apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: production}
data: {replicas: 3, enabled: yes}
`;

describe("readEnvironmentConfig", () => {
  test("hands on the object that was judged, as Kubernetes reads it", () => {
    expect(JSON.parse(readEnvironmentConfig(good))).toEqual({
      apiVersion: "apiextensions.crossplane.io/v1beta1",
      kind: "EnvironmentConfig",
      metadata: { name: "production" },
      data: { replicas: 3, enabled: true },
    });
  });

  test.each(["\u0085", "\u2028", "\u2029", "\ufeff"])("%j hides no other object", (character) => {
    const hidden = `${character}---${character}kind: ClusterRoleBinding${character}`;
    for (const text of [`${good}# ${hidden}\n`, `${good}note: "a${hidden}"\n`]) {
      const json = readEnvironmentConfig(text);
      expect(json).toMatch(/^[\x20-\x7e]*$/);
      expect(JSON.parse(json)).toMatchObject({ kind: "EnvironmentConfig" });
    }
  });

  test.each([
    { text: good.replace("EnvironmentConfig", "Composition"), because: "another kind" },
    { text: good.replace("apiextensions.crossplane.io", "evil.dev"), because: "another group" },
    {
      text: good.replace("apiextensions.crossplane.io", "apiextensions.crossplane.io.evil.dev"),
      because: "a group that begins alike",
    },
    { text: good.replace("name: production", ""), because: "no name" },
    { text: `${good}---\nkind: ClusterRoleBinding\n`, because: "a second document" },
    { text: `${good}---\n`, because: "an empty second document" },
    {
      text: `${good}items: [{kind: ClusterRoleBinding}]\n`,
      because: "items, which Argo CD would apply",
    },
    {
      text: good.replace("replicas: 3", "replicas: 12345678901234567890"),
      because: "a number that would lose digits",
    },
    { text: "", because: "nothing" },
    { text: "[]", because: "a list" },
    { text: "a: [", because: "no YAML" },
    { text: `${good}# ${"x".repeat(1 << 20)}`, because: "too much" },
  ])("refuses $because", ({ text }) => {
    expect(() => readEnvironmentConfig(text)).toThrow(
      expect.objectContaining({ code: "EnvironmentFileInvalid" }) as Error,
    );
  });
});
