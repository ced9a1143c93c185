import { homedir } from "node:os";
import { join } from "node:path";

/** A file that is published, and the digest that its publisher gives. */
export interface PublishedFile {
  readonly name: string;
  /** In hexadecimal: SHA-512 where it has 128 digits, else SHA-256. */
  readonly digest: string;
}

/** Programs that are published as a tar.gz, at the version that tools/<folder>/go.mod requires. */
export interface Archive {
  readonly name: string;
  readonly version: string;
  /** Where the same version is pinned for a build: the folder of tools/ and the module. */
  readonly pinnedBy: { readonly folder: string; readonly module: string };
  /** Address of the folder that holds the files. */
  readonly address: string;
  /** By platform, such as linux-amd64. */
  readonly files: Readonly<Record<string, PublishedFile>>;
  /** Program to its path in the archive; {platform} stands for linux-amd64 and the like. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Bounds of every archive, well above the largest one. */
export const mostArchiveBytes = 200 * 2 ** 20;
export const mostUnpackedBytes = 600 * 2 ** 20;

export const archives: readonly Archive[] = [
  {
    name: "envtest",
    version: "v1.36.2",
    pinnedBy: { folder: "kubernetes", module: "k8s.io/kubernetes" },
    address:
      "https://github.com/kubernetes-sigs/controller-tools/releases/download/envtest-v1.36.2",
    // Digests: envtest-releases.yaml of kubernetes-sigs/controller-tools.
    files: {
      "linux-amd64": {
        name: "envtest-v1.36.2-linux-amd64.tar.gz",
        digest:
          "ea743186c8a799f5cf8faf16969f86189d003cb7d130e0ac4b58789f1e5748dcf30ebe91c837a10d5ac415383da3e10b9e64d65785c938c23e739781cfb76f08",
      },
      "linux-arm64": {
        name: "envtest-v1.36.2-linux-arm64.tar.gz",
        digest:
          "2d72ee985a8e262a3c57dc9f7f0fd891f6a8c7bf7ebaa2db6dc6d8eac8ae28181afe51c1f368b67756cdb40b10de9b205609e1726e5f27f7c6d824dd9c6649ac",
      },
      "darwin-amd64": {
        name: "envtest-v1.36.2-darwin-amd64.tar.gz",
        digest:
          "b4fe9f973cd1992e3880f8b230ed32c0c243b83371591e3e3315f4404df2cdbef8ee94eeb9bb245b7e5feb987d5c4a76c43e0877654ab73f00d7bbc2b9984514",
      },
      "darwin-arm64": {
        name: "envtest-v1.36.2-darwin-arm64.tar.gz",
        digest:
          "9278f9e5af556b2f1f2d139769c1f0d717c7b4426917fdebdba898bcb725a916e4910d6160886194ff9be9589ea7c5c32c2b8ae0754703874b7c8ba8ddfc41ce",
      },
    },
    programs: {
      "kube-apiserver": "controller-tools/envtest/kube-apiserver",
      etcd: "controller-tools/envtest/etcd",
      kubectl: "controller-tools/envtest/kubectl",
    },
  },
  {
    name: "registry",
    version: "v3.1.2",
    pinnedBy: { folder: "registry", module: "github.com/distribution/distribution/v3" },
    address: "https://github.com/distribution/distribution/releases/download/v3.1.2",
    // Digests: the Dockerfile of distribution/distribution-library-image. There is none for macOS.
    files: {
      "linux-amd64": {
        name: "registry_3.1.2_linux_amd64.tar.gz",
        digest: "40df2224d410f72ae425c3371873b078bbdbda3b8b612be9571f0e6751f3acc8",
      },
      "linux-arm64": {
        name: "registry_3.1.2_linux_arm64.tar.gz",
        digest: "09d26f88d2c0f161bd1b8bfc6c123571cc3d291dcca8af5477b3cacc4ec95e73",
      },
    },
    programs: { registry: "registry" },
  },
  {
    name: "crane",
    version: "v0.22.1",
    pinnedBy: { folder: "crane", module: "github.com/google/go-containerregistry" },
    address: "https://github.com/google/go-containerregistry/releases/download/v0.22.1",
    // Digests: checksums.txt of the release.
    files: {
      "linux-amd64": {
        name: "go-containerregistry_Linux_x86_64.tar.gz",
        digest: "0ab7a1d6932a213aed964ce97666c3077fe691c8606413674a8b3e0b9ec4cda0",
      },
      "linux-arm64": {
        name: "go-containerregistry_Linux_arm64.tar.gz",
        digest: "898c0cff975f898a33e8c4580bdafb0e7c02c7faa33374e946762f97c4ab7110",
      },
      "darwin-amd64": {
        name: "go-containerregistry_Darwin_x86_64.tar.gz",
        digest: "6fedd06a648c11335f0e8b9547e4783002c30e9336047fec292942cd518bb799",
      },
      "darwin-arm64": {
        name: "go-containerregistry_Darwin_arm64.tar.gz",
        digest: "2231fc8df8806d20d680ff1225db44e095a55dd6ac1ae8eced4faf4b278b78fb",
      },
    },
    programs: { crane: "crane" },
  },
  {
    name: "helm",
    version: "v3.19.0",
    pinnedBy: { folder: "argocd", module: "helm.sh/helm/v3" },
    address: "https://get.helm.sh",
    // Digests: the .sha256sum beside each archive.
    files: {
      "linux-amd64": {
        name: "helm-v3.19.0-linux-amd64.tar.gz",
        digest: "a7f81ce08007091b86d8bd696eb4d86b8d0f2e1b9f6c714be62f82f96a594496",
      },
      "linux-arm64": {
        name: "helm-v3.19.0-linux-arm64.tar.gz",
        digest: "440cf7add0aee27ebc93fada965523c1dc2e0ab340d4348da2215737fc0d76ad",
      },
      "darwin-amd64": {
        name: "helm-v3.19.0-darwin-amd64.tar.gz",
        digest: "09a108c0abda42e45af172be65c49125354bf7cd178dbe10435e94540e49c7b9",
      },
      "darwin-arm64": {
        name: "helm-v3.19.0-darwin-arm64.tar.gz",
        digest: "31513e1193da4eb4ae042eb5f98ef9aca7890cfa136f4707c8d4f70e2115bef6",
      },
    },
    programs: { helm: "{platform}/helm" },
  },
];

/** This machine, as Go's projects name it. */
export const thisPlatform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;

/**
 * Whether $DOWNLOADS lets published programs be used: all values but 0 do.
 * @throws Error for a value that is neither 0, 1 nor an address
 */
export function mayDownload(env: NodeJS.ProcessEnv = process.env): boolean {
  const { DOWNLOADS: value = "" } = env;
  if (!/^([01]?|https?:\/\/.+)$/.test(value)) {
    throw new Error(`$DOWNLOADS is ${value}: set it to 0, or to the https address of a mirror`);
  }
  return value !== "0";
}

/** Address of an archive's file: below $DOWNLOADS where that is an address, else its publisher's. */
export function addressOf(
  { address }: Archive,
  { name }: PublishedFile,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const mirror = env["DOWNLOADS"];
  const isMirror = mirror !== undefined && /^https?:\/\//.test(mirror);
  const folder = isMirror ? mirror.replace(/\/+$/, "") + new URL(address).pathname : address;
  return `${folder.replace(/\/+$/, "")}/${name}`;
}

/** The archive that holds a program for this machine. */
export function archiveOf(program: string, all = archives): Archive | undefined {
  return all.find(({ programs, files }) => program in programs && thisPlatform in files);
}

/** Where the cache of tools is. */
export function toolCache(env: NodeJS.ProcessEnv = process.env): string {
  return join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "forge", "tools");
}

/** Folder of the programs of an archive, named by its digest. */
export function archiveFolder(archive: Archive, env: NodeJS.ProcessEnv = process.env): string {
  const digest = archive.files[thisPlatform]?.digest ?? "";
  return join(toolCache(env), `${archive.name}-${archive.version}-${digest.slice(0, 12)}`);
}
