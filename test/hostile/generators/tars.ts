import { gzipSync } from "node:zlib";
import { below, mutated, type Random } from "../random.ts";
import type { Shapes } from "./shape.ts";
import { gzipOfZeros, type TarEntry, tarOf } from "./tar-archive.ts";

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => item(index));

const gzip = (bytes: Buffer) => gzipSync(bytes, { level: 1 });

/** A record of a pax extended header, whose length counts itself. */
function pax(key: string, value: string): Buffer {
  const body = ` ${key}=${value}\n`;
  const length = body.length + String(body.length).length;
  return Buffer.from(`${length + (String(length).length - String(body.length).length)}${body}`);
}

/** Archives of a folder with these files, each wrong in its own way; they are not gzipped. */
function tarsAround(file: TarEntry): Shapes<Buffer> {
  const { name } = file;
  const sized = (sizeField: Buffer) => () => tarOf([{ ...file, sizeField }]);
  return {
    "forty thousand entries": (random) =>
      tarOf([...times(40_000, (index) => ({ name: `e${index}-${below(random, 99)}` })), file]),
    "one file a thousand times": () => tarOf(times(1_000, () => file)),
    "names that lead out": () =>
      tarOf([
        ...["../a.yaml", "/etc/passwd", "a/../../b.yaml", "./", "", ".\\a", "\x01.yaml"].map(
          (wrong) => ({ ...file, name: wrong }),
        ),
        file,
      ]),
    "a link in its place": () => tarOf([{ name, type: "2", link: "/etc/passwd" }]),
    "a hard link in its place": () => tarOf([{ name, type: "1", link: "/etc/passwd" }]),
    "devices, pipes and types that nobody knows": () =>
      tarOf([..."3467VMSDZ".split("").map((type) => ({ name, type })), file]),
    "a long name of a megabyte": () =>
      tarOf([{ name: "././@LongLink", type: "L", content: Buffer.alloc(1_000_000, "n") }, file]),
    "a thousand long names": () =>
      tarOf([
        ...times(1_000, () => ({ name: "@", type: "L", content: Buffer.alloc(4_000, "n") })),
        file,
      ]),
    "extended headers by the thousand": () =>
      tarOf([
        ...times(5_000, (index) => ({
          ...{ name: "pax", type: "x", content: pax("path", `p${index}`) },
        })),
        file,
      ]),
    "an extended header of a megabyte": () =>
      tarOf([{ name: "pax", type: "x", content: pax("path", "p".repeat(1_000_000)) }, file]),
    "records of no length": () =>
      tarOf([
        { name: "pax", type: "x", content: Buffer.from("0 a=b\n-1 c=d\n999999999 e=f\n") },
        file,
      ]),
    "a size beyond the end": () => tarOf([{ ...file, size: 8 ** 11 - 1 }]),
    "a size below nothing": sized(Buffer.from("ffffffffffffffffffffffff", "hex")),
    "a size in base 256": sized(Buffer.from("800000000000000fffffffff", "hex")),
    "a size that is no number": sized(Buffer.from("99999999999\0", "latin1")),
    "no end": () => tarOf([file], Buffer.alloc(0)),
    "more behind its end": () => Buffer.concat([tarOf([file]), tarOf([file])]),
    "bytes that were changed": (random: Random) => mutated(random, tarOf([file])),
  };
}

/** Archives as Argo CD sends them to the plugin: gzipped, with a pointer file somewhere in it. */
export function applicationArchives(pointer: Buffer): Shapes<Buffer> {
  const file: TarEntry = { name: "release.yaml", content: pointer };
  const wrong = Object.entries(tarsAround(file)).map(([name, make]) => [
    name,
    (random: Random) => gzip(make(random)),
  ]);
  return {
    ...(Object.fromEntries(wrong) as Shapes<Buffer>),
    "eight gigabytes of zeros": () => gzipOfZeros(1_000),
    "half a gigabyte of zeros": () => gzipOfZeros(64),
    "a pointer of sixty megabytes": () =>
      gzip(tarOf([{ name: "release.yaml", content: Buffer.alloc(60_000_000, "#") }])),
    "no gzip": (random: Random) => Buffer.alloc(1_000 + below(random, 100_000), "x"),
    "a gzip that ends early": () => gzip(tarOf([file])).subarray(0, 40),
    "gzip bytes that were changed": (random: Random) => mutated(random, gzip(tarOf([file]))),
  };
}

/** Archives for the resources layer of a release image, gzipped; beside each what it inflates to. */
export interface GeneratedLayer {
  readonly compressed: Buffer;
  /** Its digest is what metadata names; undefined where that would take gigabytes. */
  readonly tar: Buffer | undefined;
}

const layerFile: TarEntry = {
  name: "000-configmap-settings.yaml",
  content: Buffer.from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"),
};

/** The layer of this archive; of one good manifest unless told. */
export function layerOf(tar: Buffer = tarOf([layerFile])): GeneratedLayer {
  return { compressed: gzip(tar), tar };
}

export const layerShapes: Shapes<GeneratedLayer> = {
  ...(Object.fromEntries(
    Object.entries(tarsAround(layerFile)).map(([name, make]) => [
      name,
      (random: Random) => layerOf(make(random)),
    ]),
  ) as Shapes<GeneratedLayer>),
  "eight gigabytes of zeros": () => ({ compressed: gzipOfZeros(1_000), tar: undefined }),
  "sixty megabytes of zeros": () => layerOf(Buffer.alloc(60_000_000)),
  "a manifest of thirty megabytes": () =>
    layerOf(tarOf([{ ...layerFile, content: Buffer.alloc(30_000_000, "a: 1\n") }])),
  "no gzip": () => ({ compressed: Buffer.alloc(10_000, "x"), tar: undefined }),
};
