/** A file that holds the version of forge, and the text around each place of it. */
export interface VersionPlace {
  readonly path: string;
  readonly texts: readonly string[];
}

const version = "<version>";
const image = `/forge:${version}\n`;

/** Everything else reads the version from one of these. */
export const versionPlaces: readonly VersionPlace[] = [
  { path: "package.json", texts: [`\n  "version": "${version}"`] },
  {
    path: "package-lock.json",
    // The text before it is that of the project: a dependency may have the same version.
    texts: [
      `\n  "version": "${version}"`,
      `\n      "name": "forge",\n      "version": "${version}"`,
    ],
  },
  {
    path: "charts/forge/Chart.yaml",
    texts: [`\nversion: ${version}\n`, `\nappVersion: ${version}\n`],
  },
  { path: "Containerfile", texts: [`VERSION=${version} `] },
  {
    path: "docs/install.md",
    texts: [image, `forge-${version}.tgz`, `/forge --version ${version} `],
  },
  { path: "docs/install-cli.md", texts: [`forge-${version}-`] },
  { path: "examples/argocd/values.yaml", texts: [image] },
  { path: "examples/argocd/repo-server-patch.yaml", texts: [image] },
];

/** The text of a file with the next version in each place of the old one. */
export function withVersion(
  { texts }: VersionPlace,
  content: string,
  old: string,
  next: string,
): string {
  return texts.reduce(
    (result, text) => result.replaceAll(text.replace(version, old), text.replace(version, next)),
    content,
  );
}
