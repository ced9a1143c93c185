import type { ReleaseContent } from "../image/release-image.ts";

export const commit = "0123456789abcdef0123456789abcdef01234567";

/** A complete release for a registry at `host`. */
export function releaseContent(host: string, more: Partial<ReleaseContent> = {}): ReleaseContent {
  return {
    registry: `${host}/releases`,
    objects: [
      { kind: "ConfigMap", name: "web", yaml: "apiVersion: v1\nkind: ConfigMap\n" },
      { kind: "ClusterRole", name: "system:Web", yaml: "kind: ClusterRole\n" },
      { kind: "ConfigMap", name: "api", yaml: "kind: ConfigMap\n" },
    ],
    release: {
      number: 42,
      aliases: [{ type: "Tag", value: "v1.2.3" }],
      version: "v1.2.3",
      notes: "All *new*.",
      trigger: { type: "Tag", tag: "auth/v1.2.3", actor: "alice@company.com" },
    },
    source: {
      repository: "company/monorepo",
      project: "auth",
      commit,
      author: "Alice <alice@company.com>",
      message: "Fix it\n",
      time: "2026-11-20T12:00:00.500+02:00",
      url: "https://git.example.com/company/monorepo.git",
    },
    artifacts: [
      { name: "web", type: "container-image", uri: "a.io/web", digest: `sha256:${"a".repeat(64)}` },
    ],
    ...more,
  };
}
