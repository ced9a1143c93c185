/** What an image is made of besides forge, pinned: one entry a platform. */
import { type NodePackage, nodePackages } from "./node-packages.ts";

export interface Pinned {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the package, in hex. */
  readonly sha256: string;
}

export interface Platform {
  readonly architecture: "amd64" | "arm64";
  readonly variant?: string;
  readonly node: NodePackage;
  /** Packages of Debian 12, built for it. */
  readonly debian: readonly Pinned[];
  /** Folder of its libraries. */
  readonly triplet: string;
  /** Where Node looks for the dynamic loader. */
  readonly loader: string;
}

export const debianRelease = "bookworm";

const gcc = "12.2.0-14+deb12u1";
const glibc = "2.36-9+deb12u14";
const authorities: Pinned = {
  name: "ca-certificates",
  version: "20250419~deb12u2",
  sha256: "b9f76b5271a7ac373fd5e7e1b5b826a71ddd702b42a0d104955ecb1acfffc94b",
};

export const platforms: Readonly<Record<string, Platform>> = {
  "linux/amd64": {
    architecture: "amd64",
    node: nodePackages["linux/amd64"],
    debian: [
      {
        name: "libc6",
        version: glibc,
        sha256: "ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf",
      },
      {
        name: "libgcc-s1",
        version: gcc,
        sha256: "3016e62cb4b7cd8038822870601f5ed131befe942774d0f745622cc77d8a88f7",
      },
      {
        name: "libstdc++6",
        version: gcc,
        sha256: "5cd3171216d4ab0fc911cfe9c35509bf2dd8f47761c43b7f6a4296701551a24d",
      },
      {
        name: "libatomic1",
        version: gcc,
        sha256: "fbd4e154a6b444229ea002cc209df099209c0adc09102e5fd21239a3d2b55e2d",
      },
      authorities,
    ],
    triplet: "x86_64-linux-gnu",
    loader: "lib64/ld-linux-x86-64.so.2",
  },
  "linux/arm64": {
    architecture: "arm64",
    variant: "v8",
    node: nodePackages["linux/arm64"],
    debian: [
      {
        name: "libc6",
        version: glibc,
        sha256: "01f4330719fd4f65580e16ea5a0527f372fca750e8f588d26deaf09f2d3b1cf4",
      },
      {
        name: "libgcc-s1",
        version: gcc,
        sha256: "576926b283613db80168ddf76380a3bd877602778cf0d226caa7bfbfa71eacf3",
      },
      {
        name: "libstdc++6",
        version: gcc,
        sha256: "26e138c677a985775331373828a6c286c551ff397cb735d00e2383cb273d1cb2",
      },
      {
        name: "libatomic1",
        version: gcc,
        sha256: "1693aa13ce2b30d061a519fc28b77b9bab8c8e45804ced5969d99821e1bc2159",
      },
      authorities,
    ],
    triplet: "aarch64-linux-gnu",
    loader: "lib/ld-linux-aarch64.so.1",
  },
};
