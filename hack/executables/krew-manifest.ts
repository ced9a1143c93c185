/** The manifest by which krew installs `kubectl forge`. */
import { stringify } from "yaml";

export interface KrewArchive {
  readonly os: string;
  readonly architecture: string;
  /** Name of the archive's file. */
  readonly file: string;
  readonly sha256: string;
  /** Name of the program in it. */
  readonly program: string;
}

/** @param downloads folder on the web that has the archives */
export function krewManifest(
  version: string,
  downloads: string,
  archives: readonly KrewArchive[],
): string {
  return stringify(
    {
      apiVersion: "krew.googlecontainertools.github.com/v1alpha2",
      kind: "Plugin",
      metadata: { name: "forge" },
      spec: {
        version: `v${version}`,
        homepage: "https://forge.dev",
        shortDescription: "Release, deploy, promote and roll back",
        description: [
          "Makes releases of projects, asks for them in environments, and says which",
          "release runs where, since when, by whom and why. It needs forge on the",
          "cluster, and works in your own name.",
          "",
        ].join("\n"),
        platforms: archives.map(({ os, architecture, file, sha256, program }) => ({
          selector: { matchLabels: { os, arch: architecture } },
          uri: `${downloads.replace(/\/$/, "")}/${file}`,
          sha256,
          files: ["LICENSE", "LICENSE-node", program].map((from) => ({ from, to: "." })),
          bin: program,
        })),
      },
    },
    { lineWidth: 0 },
  );
}
