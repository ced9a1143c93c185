import { createHash } from "node:crypto";
import { below, mutated, type Random } from "../random.ts";
import type { Shapes } from "./shape.ts";

/** A document that a registry gives for a manifest. */
export interface GeneratedDocument {
  readonly body: Buffer;
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const releaseType = "application/vnd.forge.release.v1";

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => item(index));

export const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const empty = {
  mediaType: "application/vnd.oci.empty.v1+json",
  digest: digestOf(Buffer.from("{}")),
  size: 2,
};
const layer = (more: object = {}) => ({
  mediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
  digest: `sha256:${"a".repeat(64)}`,
  size: 100,
  ...more,
});

function manifest(changes: object = {}): Buffer {
  const whole = {
    ...{ schemaVersion: 2, mediaType: manifestType, artifactType: releaseType },
    ...{ config: empty, layers: [layer()] },
    ...changes,
  };
  return Buffer.from(JSON.stringify(whole));
}

const document = (changes: object) => () => ({ body: manifest(changes) });
const text =
  (body: string, more: Partial<GeneratedDocument> = {}) =>
  () => ({
    body: Buffer.from(body),
    ...more,
  });

function index(entries: readonly object[], more: object = {}): GeneratedDocument {
  const body = { schemaVersion: 2, mediaType: indexType, manifests: entries, ...more };
  return { body: Buffer.from(JSON.stringify(body)), mediaType: indexType };
}

export const manifestShapes: Shapes<GeneratedDocument> = {
  "thirty thousand layers": () => ({ body: manifest({ layers: times(30_000, () => layer()) }) }),
  "the same layer twice": document({ layers: [layer(), layer()] }),
  "a layer of a petabyte": document({ layers: [layer({ size: 2 ** 50 })] }),
  "a layer below nothing": document({ layers: [layer({ size: -1 })] }),
  "a size that is no number": document({ layers: [layer({ size: "1e999" })] }),
  "a digest that leads out": document({
    layers: [layer({ digest: "sha256:../../../etc/passwd" })],
  }),
  "digests that nobody knows": document({ layers: [layer({ digest: `md5:${"a".repeat(32)}` })] }),
  "a digest of a megabyte": document({
    layers: [layer({ digest: `sha256:${"a".repeat(1_000_000)}` })],
  }),
  "a layer with urls": document({
    layers: [layer({ urls: times(10_000, (n) => `http://127.0.0.1/${n}`) })],
  }),
  "fifty thousand annotations": () => ({
    body: manifest({ annotations: Object.fromEntries(times(50_000, (n) => [`a${n}`, "x"])) }),
  }),
  "a subject of itself": document({ subject: layer() }),
  "names of prototypes": text(
    '{"schemaVersion":2,"__proto__":{"layers":[]},"constructor":{"a":1}}',
  ),
  "another type in the body": document({ mediaType: indexType }),
  "an index in an index": () => index([{ ...layer(), mediaType: indexType }]),
  "an index of thirty thousand": () => index(times(30_000, () => layer())),
  "a million brackets": text(`${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}`),
  "brackets that stay open": text('{"a":'.repeat(500_000)),
  "five megabytes": () => ({ body: manifest({ padding: "x".repeat(5_000_000) }) }),
  "one key a hundred thousand times": text(`{${'"a":1,'.repeat(100_000)}"b":2}`),
  "numbers without end": text(`{"schemaVersion":${"9".repeat(1_000_000)}}`),
  "bytes that are not UTF-8": () => ({ body: Buffer.alloc(10_000, 0xff) }),
  "a page for people": text("<html>Sign in</html>", { mediaType: "text/html" }),
  "nothing at all": text(""),
  "another digest in the head": () => ({
    body: manifest(),
    headers: { "docker-content-digest": `sha256:${"b".repeat(64)}` },
  }),
  "a head of ten kilobytes": () => ({
    body: manifest(),
    headers: { "x-padding": "x".repeat(10_000) },
  }),
  "bytes that were changed": (random: Random) => ({ body: mutated(random, manifest()) }),
};

/** Manifests of a tag of signatures: those of images too, since a registry gives what it likes. */
export const signatureShapes: Shapes<GeneratedDocument> = {
  ...manifestShapes,
  "thirty thousand signatures": () => ({
    body: manifest({ layers: times(30_000, () => layer({ annotations: { a: "b" } })) }),
  }),
  "thirty signatures that are not there": () => ({
    body: manifest({ layers: times(30, () => signatureLayer("AAAA")) }),
  }),
  "a signature of a megabyte": (random) => ({
    body: manifest({ layers: [signatureLayer("A".repeat(1_000_000 + below(random, 99)))] }),
  }),
  "an index of referrers": () => index(times(9_000, () => layer({ artifactType: releaseType }))),
};

function signatureLayer(signature: string): object {
  return layer({
    mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
    annotations: { "dev.cosignproject.cosign/signature": signature },
  });
}
