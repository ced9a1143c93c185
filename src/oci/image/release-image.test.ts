import { describe, expect, test } from "vitest";
import { sha256 } from "../testing/registry-double.ts";
import { commit, releaseContent } from "../testing/release-content.ts";
import { entryName } from "./entry-name.ts";
import { pack, type ReleaseContent } from "./release-image.ts";

const content = releaseContent("a.io");

function json(bytes: Uint8Array | undefined): unknown {
  return JSON.parse(Buffer.from(bytes ?? []).toString("utf8"));
}

describe("pack", () => {
  const packed = pack(content);
  const [config, resources, metadata] = packed.blobs;

  test("the manifest is the one of the format", () => {
    expect(json(packed.manifest.bytes)).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.forge.release.v1",
      config: {
        mediaType: "application/vnd.oci.empty.v1+json",
        digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
        size: 2,
      },
      layers: [
        {
          mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
          digest: resources?.digest,
          size: resources?.bytes.byteLength,
        },
        {
          mediaType: "application/vnd.forge.release.metadata.v1+json",
          digest: packed.metadataDigest,
          size: metadata?.bytes.byteLength,
        },
      ],
      annotations: {
        "org.opencontainers.image.created": "2026-11-20T10:00:00Z",
        "org.opencontainers.image.revision": commit,
        "org.opencontainers.image.version": "v1.2.3",
        "org.opencontainers.image.title": "auth",
        "org.opencontainers.image.source": "https://git.example.com/company/monorepo.git",
        "forge.dev/release-number": "42",
        "forge.dev/repository": "company/monorepo",
        "forge.dev/project": "auth",
      },
    });
  });

  test("the metadata is the one of the format", () => {
    expect(json(metadata?.bytes)).toEqual({
      release: content.release,
      source: {
        repository: "company/monorepo",
        project: "auth",
        commit,
        author: "Alice <alice@company.com>",
        message: "Fix it\n",
      },
      artifacts: content.artifacts,
      resources: {
        count: 3,
        kinds: { ClusterRole: 1, ConfigMap: 2 },
        digest: packed.resourcesDigest,
      },
      annotations: {},
    });
  });

  test("digests and sizes are those of the bytes", () => {
    expect(packed.manifest.digest).toBe(sha256(packed.manifest.bytes));
    for (const blob of packed.blobs) expect(blob.digest).toBe(sha256(blob.bytes));
    expect(Buffer.from(config?.bytes ?? []).toString()).toBe("{}");
    const sizes = packed.blobs.map(({ bytes }) => bytes.byteLength);
    expect(packed.size).toBe(
      sizes.reduce((sum, size) => sum + size, packed.manifest.bytes.byteLength),
    );
  });

  test("these very bytes are the format: another digest is another version of it", () => {
    expect(packed.resourcesDigest).toBe(
      "sha256:2c21b770a809edc21d6ce9b48225bc077e85b3c36d5f35b77629c45a1ccf32ee",
    );
    expect(packed.manifest.digest).toBe(
      "sha256:c4698ad6e42ff840cb71badbbbc768b714e7bf5bb7563b1b6cb70cb1ec8841c8",
    );
  });

  test("what a reader would take for a bomb is not packed", () => {
    const yaml = `kind: ConfigMap\n${"#".repeat(6 << 20)}\n`;
    const objects = [{ kind: "ConfigMap", name: "bomb", yaml }];
    expect(() => pack({ ...content, objects })).toThrow(
      expect.objectContaining({ code: "SourceTooLarge" }),
    );
  });

  test("the order of fields in the input does not matter", () => {
    const { trigger, ...release } = content.release;
    const shuffled: ReleaseContent = {
      ...content,
      release: {
        trigger: { actor: "alice@company.com", tag: "auth/v1.2.3", type: "Tag" },
        ...release,
      },
      source: Object.fromEntries(
        Object.entries(content.source).toReversed(),
      ) as ReleaseContent["source"],
    };
    expect(trigger.type).toBe("Tag");
    expect(pack(shuffled).manifest.digest).toBe(packed.manifest.digest);
  });

  test("what is not known is left out", () => {
    const { number, aliases, trigger } = content.release;
    const { repository, project } = content.source;
    const bare = pack({
      ...content,
      release: { number, aliases, trigger },
      source: { repository, project, commit },
    });
    const { annotations } = json(bare.manifest.bytes) as { annotations: object };
    expect(annotations).not.toHaveProperty(["org.opencontainers.image.created"]);
    expect(annotations).toHaveProperty(["org.opencontainers.image.version"], "42");
  });

  test.each([
    ["release.number", { release: { ...content.release, number: 0 } }],
    ["source.commit", { source: { ...content.source, commit: "main" } }],
    ["source.time", { source: { ...content.source, time: "yesterday" } }],
    ["resources.count", { objects: [] }],
  ])("a wrong %s is named", (field, change) => {
    expect(() => pack({ ...content, ...change })).toThrow(
      expect.objectContaining({ code: "InvalidObject", message: expect.stringContaining(field) }),
    );
  });
});

describe("names of files", () => {
  test.each([
    ["ConfigMap", "web", 0, 2, "001-configmap-web.yaml"],
    ["Pod", "a.b", 998, 999, "999-pod-a.b.yaml"],
    ["Pod", "a", 0, 1000, "0001-pod-a.yaml"],
    ["ClusterRole", "system:Web/x", 1, 2, "002-clusterrole-system-web-x.yaml"],
    ["Pod", "é", 0, 1, "001-pod--.yaml"],
  ])("%s %s, %d of %d is %s", (kind, name, index, count, expected) => {
    expect(entryName({ kind, name }, index, count)).toBe(expected);
  });

  test("a long name is cut to what a tar header holds", () => {
    const name = entryName({ kind: "Pod", name: "a".repeat(253) }, 0, 1);
    expect(name).toHaveLength(100);
    expect(name).toMatch(/^001-pod-a+\.yaml$/);
  });
});
