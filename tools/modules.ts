import { basename } from "node:path";

/** A pinned Go module whose only purpose is to build programs, most of them for tests to run against. */
export interface ToolModule {
  /** Folder, seen from tools/, that holds its go.mod and go.sum. */
  readonly folder: string;
  /** Module whose version the programs report. */
  readonly versionOf: string;
  /** Program name to main package. */
  readonly programs: Readonly<Record<string, string>>;
  /** Build tags, such as those that leave out what no test asks for. */
  readonly tags?: readonly string[];
  /** Files that tests need beside the programs: the module that holds them, to paths in it. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
  /** Linker flags that stamp the version into the programs. */
  readonly stamp: (version: string) => readonly string[];
  /** Built only when something of it is named: what not every machine can run. */
  readonly onRequest?: true;
  /** For a module with source of its own, built for something else than this machine. */
  readonly target?: {
    readonly environment: { readonly GOOS: string; readonly GOARCH: string };
    readonly flags: readonly string[];
    /** Files of its own, seen from the folder, by where they are added to the module `versionOf`. */
    readonly added: Readonly<Record<string, string>>;
    /** Written into the program, which has no such limit of its own: pages of 64 KiB. */
    readonly maximumMemoryPages: number;
  };
}

const componentVersion = "k8s.io/component-base/version";

/** Without these the programs call themselves v0.0.0-master, and clients choose features by it. */
function kubernetesStamp(version: string): readonly string[] {
  const [major = "", minor = ""] = version.slice(1).split(".");
  return [
    `-X ${componentVersion}.gitVersion=${version}`,
    `-X ${componentVersion}.gitMajor=${major}`,
    `-X ${componentVersion}.gitMinor=${minor}`,
    `-X ${componentVersion}.gitTreeState=clean`,
  ];
}

export const toolModules: readonly ToolModule[] = [
  {
    folder: "kubernetes",
    versionOf: "k8s.io/kubernetes",
    programs: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      etcd: "go.etcd.io/etcd/server/v3",
      kubectl: "k8s.io/kubernetes/cmd/kubectl",
    },
    stamp: kubernetesStamp,
  },
  {
    // What makes a node and fills it with pods.
    folder: "kubernetes",
    versionOf: "k8s.io/kubernetes",
    programs: {
      kubelet: "k8s.io/kubernetes/cmd/kubelet",
      "kube-proxy": "k8s.io/kubernetes/cmd/kube-proxy",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
      "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
    },
    stamp: kubernetesStamp,
    onRequest: true,
  },
  {
    folder: "pause",
    versionOf: "forge.dev/tools/pause",
    programs: { pause: "." },
    stamp: () => [],
    onRequest: true,
  },
  {
    // Signs what is released for macOS.
    folder: "macho-sign",
    versionOf: "github.com/blacktop/go-macho",
    programs: { "macho-sign": "." },
    stamp: () => [],
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
  {
    // Installs the command as a plugin of kubectl.
    folder: "krew",
    versionOf: "sigs.k8s.io/krew",
    programs: { krew: "sigs.k8s.io/krew/cmd/krew" },
    stamp: (version) => [`-X sigs.k8s.io/krew/internal/version.gitTag=${version}`],
  },
  {
    folder: "cue",
    versionOf: "cuelang.org/go",
    programs: { cue: "cuelang.org/go/cmd/cue" },
    stamp: () => [],
  },
  {
    folder: "../cue",
    versionOf: "cuelang.org/go",
    programs: { "cue.wasm": "." },
    stamp: () => [],
    target: {
      environment: { GOOS: "wasip1", GOARCH: "wasm" },
      flags: ["-buildmode=c-shared"],
      added: { "internal/robustio/robustio_wasip1.go": "_added/robustio_wasip1.go" },
      // 256 MiB: far above what real projects take, and all that a hostile one can.
      maximumMemoryPages: 4_096,
    },
  },
  {
    folder: "argocd",
    versionOf: "github.com/argoproj/argo-cd/v3",
    // helm installs the chart, and is measured against; it shares most packages with Argo CD.
    programs: {
      argocd: "github.com/argoproj/argo-cd/v3/cmd",
      helm: "helm.sh/helm/v3/cmd/helm",
    },
    files: {
      "github.com/argoproj/argo-cd/v3": [
        "manifests/crds/application-crd.yaml",
        "manifests/crds/applicationset-crd.yaml",
        "manifests/crds/appproject-crd.yaml",
      ],
    },
    stamp: (version) => [`-X github.com/argoproj/argo-cd/v3/common.version=${version.slice(1)}`],
  },
  {
    folder: "flux",
    versionOf: "github.com/fluxcd/kustomize-controller",
    programs: { "kustomize-controller": "github.com/fluxcd/kustomize-controller" },
    files: {
      "github.com/fluxcd/kustomize-controller": [
        "config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml",
      ],
    },
    stamp: () => [],
  },
  {
    folder: "flux-sources",
    versionOf: "github.com/fluxcd/source-controller",
    // Its definitions alone: the program wants a module that is not published.
    programs: {},
    files: {
      "github.com/fluxcd/source-controller": [
        "config/crd/bases/source.toolkit.fluxcd.io_buckets.yaml",
        "config/crd/bases/source.toolkit.fluxcd.io_externalartifacts.yaml",
        "config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml",
        "config/crd/bases/source.toolkit.fluxcd.io_ocirepositories.yaml",
      ],
    },
    stamp: () => [],
  },
  {
    folder: "prometheus",
    versionOf: "github.com/prometheus/prometheus",
    // Checks alerts, and runs them over series that a test writes down.
    programs: { promtool: "github.com/prometheus/prometheus/cmd/promtool" },
    // Service discovery is the clients of every cloud, and most of the build.
    tags: ["remove_all_sd"],
    stamp: (version) => [`-X github.com/prometheus/common/version.Version=${version.slice(1)}`],
  },
  {
    folder: "kube-score",
    versionOf: "github.com/zegl/kube-score",
    programs: { "kube-score": "github.com/zegl/kube-score/cmd/kube-score" },
    stamp: (version) => [`-X main.version=${version}`],
  },
  {
    folder: "actionlint",
    versionOf: "github.com/rhysd/actionlint",
    programs: { actionlint: "github.com/rhysd/actionlint/cmd/actionlint" },
    stamp: (version) => [`-X github.com/rhysd/actionlint.version=${version}`],
  },
  {
    folder: "redis",
    versionOf: "github.com/alicebob/miniredis/v2",
    programs: { "redis-server": "." },
    stamp: () => [],
  },
];

/** Names under which a module's programs and files stand in its folder. */
export function productsOf({ programs, files = {} }: ToolModule): string[] {
  return [
    ...Object.keys(programs),
    ...Object.values(files)
      .flat()
      .map((path) => basename(path)),
  ];
}
