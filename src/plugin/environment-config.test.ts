import { describe, expect, test } from "vitest";
import { readEnvironmentConfig } from "./environment-config.ts";

const good = `# Ours.
apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: production}
data: {replicas: 3, enabled: yes}
`;

describe("readEnvironmentConfig", () => {
  test("leaves the text as it is, since yes is a boolean to Kubernetes alone", () => {
    expect(readEnvironmentConfig(good)).toBe(good);
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
