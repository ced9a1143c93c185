import { gzipSync } from "node:zlib";
import { environmentFileShapes } from "../generators/env-files.ts";
import {
  digestOf,
  type GeneratedDocument,
  manifestShapes,
  signatureShapes,
} from "../generators/image-documents.ts";
import { type GeneratedImage, releaseImage } from "../generators/release-image.ts";
import {
  type GeneratedSignature,
  type SigningKey,
  signatureOf,
  signatureTag,
} from "../generators/signature.ts";
import { tarOf } from "../generators/tar-archive.ts";
import { applicationArchives, layerOf, layerShapes } from "../generators/tars.ts";
import type { HostileRegistry } from "../servers/hostile-registry.ts";
import { commitFor, type HostileTenant } from "./hostile-tenant.ts";
import { type Surface, surfaceOf } from "./surface.ts";

/** Asks the plugin for manifests as Argo CD does. */
export interface PluginCaller {
  generate(request: {
    readonly path: string;
    readonly tgz: Uint8Array;
    readonly deadlineMs: number;
  }): Promise<readonly string[]>;
}

const deadlineMs = 20_000;

interface Deps {
  readonly plugin: PluginCaller;
  /** By which images must be signed. */
  readonly key: SigningKey;
  readonly registry: HostileRegistry;
  readonly tenant: HostileTenant;
}

/** Archives, pointers and images that Argo CD's repo-server makes the plugin read. */
export function pluginSurfaces({ plugin, key, registry, tenant }: Deps): readonly Surface[] {
  const project = "auth";
  const { repository } = tenant;
  const path = `production/apps/${repository}/${project}`;
  const imagePath = (id: string) => `releases/${repository}/${id}`;

  const ask = async (at: string, tgz: Buffer): Promise<string> => {
    try {
      const manifests = await plugin.generate({ path: at, tgz, deadlineMs });
      return `${manifests.length > 0 ? "some" : "no"} manifests`;
    } catch (error) {
      return wordOf(error);
    }
  };
  const pointer = (id: string, digest: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        apiVersion: "forge.dev/v1alpha1",
        kind: "ReleasePointer",
        metadata: { name: id },
        spec: {
          ...{ environment: "production", repository, project: id, release: commitFor(id) },
          image: { repository: `${registry.host}/${imagePath(id)}`, digest },
        },
      }),
    );
  const folder = (files: Readonly<Record<string, Buffer>>) =>
    gzipSync(tarOf(Object.entries(files).map(([name, content]) => ({ name, content }))));

  /** Makes a project of its own for each image, since the plugin remembers what it has read. */
  const withImage = async (
    id: string,
    image: GeneratedImage,
    files: Readonly<Record<string, Buffer>> = {},
    signature: Pick<GeneratedSignature, "manifest" | "blobs"> = signatureOf(image.digest, key),
  ): Promise<string> => {
    const blobs = new Map([...image.blobs, ...signature.blobs]);
    registry.setManifest(imagePath(id), image.manifest);
    registry.setManifest(imagePath(id), signature.manifest, signatureTag(image.digest));
    for (const [digest, bytes] of blobs) registry.setBlob(digest, bytes);
    const tgz = folder({ "release.yaml": pointer(id, image.digest), ...files });
    const outcome = await ask(`production/apps/${repository}/${id}`, tgz);
    registry.forget(imagePath(id), [...blobs.keys()]);
    return outcome;
  };
  const imageOf = (id: string, layer = layerOf()) =>
    releaseImage({ repository, project: id, commit: commitFor(id) }, layer);

  return [
    surfaceOf("tars", applicationArchives(pointer(project, digestOf(Buffer.from("none")))), (tgz) =>
      ask(path, tgz),
    ),
    surfaceOf("env", environmentFileShapes, (content, id) =>
      withImage(id, imageOf(id), { "env.yaml": content }),
    ),
    surfaceOf("layers", layerShapes, (layer, id) => withImage(id, imageOf(id, layer))),
    surfaceOf("signatures", signatureShapes, (manifest, id) =>
      withImage(id, imageOf(id), {}, { manifest, blobs: new Map() }),
    ),
    surfaceOf("manifests", manifestShapes, async (document: GeneratedDocument, id) => {
      const image = { manifest: document, digest: digestOf(document.body), blobs: new Map() };
      const [fromPlugin, fromController] = await Promise.all([
        withImage(id, image),
        tenant.release(id, { artifacts: [artifactAt(registry, imagePath(id))] }),
      ]);
      return `${fromPlugin}, ${fromController}`;
    }),
  ];
}

/** An artifact that the controller looks for in the registry. */
export function artifactAt(registry: HostileRegistry, path: string): object {
  return { name: "web", type: "container-image", uri: `${registry.host}/${path}:latest` };
}

/** The code of forge's error, or the name of gRPC's. */
function wordOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /: forge: (\w+):/.exec(text)?.[1] ?? text.slice(0, 40);
}
