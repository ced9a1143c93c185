import { commitSubject } from "./readiness.ts";

export interface Step {
  readonly name: string;
  readonly about: string;
  readonly command: readonly [program: string, ...args: readonly string[]];
  /** Programs that it runs, by the names of tools/modules.ts. */
  readonly tools?: readonly string[];
}

/** Names of the steps that change files and commit them; the others build from that commit. */
export const committing: readonly string[] = ["version", "commit"];

/** Everything that makes a release, in order. `helm` stands for the program that tools/ builds. */
export function stepsOf(version: string, folder: string): readonly Step[] {
  const image = `${folder}/forge-${version}-image.tar`;
  return [
    {
      name: "version",
      about: "write CHANGELOG.md from .changeset, and the version wherever it stands",
      command: ["node", "hack/changelog/main.ts", "--version", version],
    },
    {
      name: "commit",
      about: "commit that: the image names the commit that it was built from",
      command: ["git", "commit", "--quiet", "--all", "--message", commitSubject(version)],
    },
    {
      name: "clean",
      about: "remove what an earlier release left",
      command: ["rm", "-rf", folder],
    },
    {
      name: "programs",
      about: "bundle the programs into dist/",
      command: ["node", "hack/build.ts"],
      tools: ["cue.wasm"],
    },
    {
      name: "image",
      about: "put the image of both platforms together, with the pinned packages only",
      command: ["node", "hack/image/main.ts", "--locked", "--output", image],
    },
    {
      name: "chart",
      about: "package the chart",
      command: ["helm", "package", "charts/forge", "--destination", folder],
      tools: ["helm"],
    },
    {
      name: "executables",
      about: "make the command as one file for each platform, krew's manifest, and all checksums",
      command: ["node", "hack/executables/main.ts", "--output", folder],
      tools: ["macho-sign"],
    },
    {
      name: "tag",
      about: "tag the commit; nothing is pushed",
      command: ["git", "tag", "--annotate", `v${version}`, "--message", `forge ${version}`],
    },
  ];
}
