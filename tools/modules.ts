/** A pinned Go module whose only purpose is to build the programs that tests run against. */
export interface ToolModule {
  /** Folder under tools/ that holds its go.mod and go.sum. */
  readonly folder: string;
  /** Module whose version the programs report. */
  readonly versionOf: string;
  /** Program name to main package. */
  readonly programs: Readonly<Record<string, string>>;
  /** Linker flags that stamp the version into the programs. */
  readonly stamp: (version: string) => readonly string[];
}

const componentVersion = "k8s.io/component-base/version";

export const toolModules: readonly ToolModule[] = [
  {
    folder: "kubernetes",
    versionOf: "k8s.io/kubernetes",
    programs: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      etcd: "go.etcd.io/etcd/server/v3",
      kubectl: "k8s.io/kubernetes/cmd/kubectl",
    },
    // Without these the server calls itself v0.0.0-master, and clients choose features by it.
    stamp: (version) => {
      const [major = "", minor = ""] = version.slice(1).split(".");
      return [
        `-X ${componentVersion}.gitVersion=${version}`,
        `-X ${componentVersion}.gitMajor=${major}`,
        `-X ${componentVersion}.gitMinor=${minor}`,
        `-X ${componentVersion}.gitTreeState=clean`,
      ];
    },
  },
  {
    folder: "registry",
    versionOf: "github.com/distribution/distribution/v3",
    programs: { registry: "github.com/distribution/distribution/v3/cmd/registry" },
    stamp: (version) => [
      `-X github.com/distribution/distribution/v3/version.version=${version}`,
      "-X github.com/distribution/distribution/v3/version.mainpkg=github.com/distribution/distribution",
    ],
  },
  {
    folder: "crane",
    versionOf: "github.com/google/go-containerregistry",
    programs: { crane: "github.com/google/go-containerregistry/cmd/crane" },
    stamp: (version) => [
      `-X github.com/google/go-containerregistry/cmd/crane/cmd.Version=${version}`,
    ],
  },
];
