import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { ownNetwork } from "../../../src/network/index.ts";
import { RegistryClient, releaseImagesIn } from "../../../src/oci/index.ts";
import { commit, releaseContent } from "../../../src/oci/testing/release-content.ts";
import { requireTool } from "../../../tools/locate.ts";
import { hasProgram, output, run } from "../../ground/index.ts";

interface Manifest {
  readonly mediaType: string;
  readonly artifactType: string;
  readonly config: { readonly mediaType: string; readonly digest: string };
  readonly layers: readonly { mediaType: string; digest: string; size: number }[];
  readonly annotations: Readonly<Record<string, string>>;
}

const signal = AbortSignal.timeout(100_000);
const ground = inject("ground");
const folder = join(ground.folder, "image-readers");
const content = releaseContent(ground.registry);
const repository = `${ground.registry}/releases/company/monorepo/auth`;
const ref = `${repository}:${commit}`;
let digest: string;
let manifest: Manifest;

const crane = (...args: string[]) => output(requireTool("crane"), [...args, "--insecure"]);

/** As docs/oci.md shows it, with the image of this test, and without TLS. */
async function shown(command: string): Promise<string> {
  const replaced = command
    .replaceAll("registry.example.com/releases/company/monorepo/auth", repository)
    .replaceAll("$COMMIT", commit)
    .replaceAll("$LAYER", manifest.layers[0]?.digest ?? "")
    .replace(/^crane (\w+)/, `${requireTool("crane")} $1 --insecure`)
    .replace(/^skopeo inspect/, "skopeo inspect --tls-verify=false")
    .replace(/^skopeo copy/, "skopeo copy --src-tls-verify=false");
  return await output("bash", ["--norc", "-euo", "pipefail", "-c", replaced], { cwd: folder });
}

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  await using client = new RegistryClient({ network: ownNetwork() });
  ({ digest } = await releaseImagesIn(client).publish(content, signal));
  manifest = JSON.parse(await crane("manifest", ref)) as Manifest;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The commands of a page's console blocks that begin so. */
function documented(page: string, beginning: string): string[] {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", page), "utf8");
  return [...text.matchAll(/^```console\n([\s\S]*?)^```/gm)]
    .flatMap(([, block = ""]) => block.trim().split("\n"))
    .filter((command) => command.startsWith(beginning));
}

describe("crane", () => {
  test("runs what the docs show of it", async () => {
    const [digestCommand = "", manifestCommand = "", blobCommand = "", ...more] = documented(
      "oci.md",
      "crane",
    );
    expect(more).toEqual([]);
    expect((await shown(digestCommand)).trim()).toBe(digest);
    expect(JSON.parse(await shown(manifestCommand))).toEqual(manifest);
    expect((await shown(blobCommand)).trim().split("\n")).toEqual([
      "001-configmap-web.yaml",
      "002-clusterrole-system-web.yaml",
      "003-configmap-api.yaml",
    ]);
  });

  test("finds the image sound, as far as it looks without a container's configuration", async () => {
    await crane("validate", "--fast", "--remote", ref);
    // Both want the diff_ids of a container image's config, and ours is {}.
    for (const args of [
      ["validate", "--remote", ref],
      ["export", ref, join(folder, "x.tar")],
    ]) {
      expect((await run(requireTool("crane"), [...args, "--insecure"])).code).not.toBe(0);
    }
  });
});

describe.skipIf(!hasProgram("skopeo"))("skopeo", () => {
  test("runs what the docs show of it", async () => {
    const [inspect = "", copy = "", ...more] = documented("oci.md", "skopeo");
    expect(more).toEqual([]);
    expect(JSON.parse(await shown(inspect))).toEqual(manifest);
    await shown(copy);
    const index = JSON.parse(readFileSync(join(folder, "release", "index.json"), "utf8"));
    expect(index.manifests[0].digest).toBe(digest);
  });

  test("copies it back with the same digest", async () => {
    const back = `${ground.registry}/copied/auth`;
    const layout = `oci:${join(folder, "release")}:${commit}`;
    await output("skopeo", [
      "copy",
      "--dest-tls-verify=false",
      layout,
      `docker://${back}:${commit}`,
    ]);
    expect((await crane("digest", `${back}:${commit}`)).trim()).toBe(digest);
    await using client = new RegistryClient({ network: ownNetwork() });
    const image = await releaseImagesIn(client).read(`${back}@${digest}`, signal);
    expect(image.files).toHaveLength(3);
  });
});

describe("Argo CD's native source, from 3.1.6", () => {
  test("finds a manifest, not an index", () => {
    expect(manifest.mediaType).toBe("application/vnd.oci.image.manifest.v1+json");
  });

  test("finds exactly one content layer among at most ten, of a type it allows", () => {
    const isContent = /(?:tar\+gzip|tar\.gzip|tar)$/;
    const layers = manifest.layers.filter(({ mediaType }) => isContent.test(mediaType));
    expect(layers.map(({ mediaType }) => mediaType)).toEqual([
      "application/vnd.oci.image.layer.v1.tar+gzip",
    ]);
    expect(manifest.layers.length).toBeLessThanOrEqual(10);
    expect(manifest.config.mediaType).not.toContain("helm");
  });

  test("keeps the other layer in memory: it is small", () => {
    const rest = manifest.layers.slice(1);
    expect(rest.every(({ size }) => size < 4 * 1024 * 1024)).toBe(true);
  });

  test("unpacks an ordinary folder that no tool takes for its own", async () => {
    const names = await entries();
    expect(names.every(({ type }) => type === "0")).toBe(true);
    const special = /^(?:kustomization\.ya?ml|Chart\.yaml|\.argocd-source.*)$/;
    expect(names.filter(({ name }) => special.test(name))).toEqual([]);
  });

  test("shows where it comes from", () => {
    expect(manifest.annotations).toMatchObject({
      "org.opencontainers.image.revision": commit,
      "org.opencontainers.image.version": "v1.2.3",
      "org.opencontainers.image.title": "auth",
      "org.opencontainers.image.source": "https://git.example.com/company/monorepo.git",
      "org.opencontainers.image.created": "2026-11-20T10:00:00Z",
    });
  });
});

describe("Flux's OCIRepository", () => {
  test("takes the first layer without a selector, and by its exact type with one", async () => {
    const selected = manifest.layers.find(
      ({ mediaType }) => mediaType === "application/vnd.oci.image.layer.v1.tar+gzip",
    );
    expect(manifest.layers[0]).toEqual(selected);
  });

  test("extracts it: gzip, flat relative names, regular files that it does not ignore", async () => {
    const ignored = /(?:\.(?:jpg|jpeg|gif|png|wmv|flv|tar\.gz|zip)$)|^\.(?:git|sops|flux)/;
    const wrong = (await entries()).filter(
      ({ name, type }) =>
        name === "" || /^\/|\\|\.\.\//.test(name) || type !== "0" || ignored.test(name),
    );
    expect(wrong).toEqual([]);
  });
});

/** Names and types of the entries of the first layer, by the tar format alone. */
async function entries(): Promise<{ name: string; type: string }[]> {
  const { stdout } = await run("bash", [
    "-c",
    '"$0" blob --insecure "$1" | base64 -w0',
    requireTool("crane"),
    `${repository}@${manifest.layers[0]?.digest}`,
  ]);
  const tar = gunzipSync(Buffer.from(stdout, "base64"));
  const found: { name: string; type: string }[] = [];
  for (let at = 0; tar[at] !== 0; ) {
    const text = (start: number, length: number) =>
      tar.toString("latin1", at + start, at + start + length).replace(/\0.*$/s, "");
    found.push({ name: text(0, 100), type: text(156, 1) });
    at += 512 + Math.ceil(Number.parseInt(text(124, 12), 8) / 512) * 512;
  }
  return found;
}
