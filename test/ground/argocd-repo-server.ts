import { join } from "node:path";
import { credentials, loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** An Application, as repo-server is asked about it. */
export interface ManifestQuery {
  readonly application: string;
  readonly repoUrl: string;
  /** Of the repository; none when absent. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Full commit id, or a digest for oci:// repositories. */
  readonly revision: string;
  readonly path: string;
  /** Read as plain manifests when absent. */
  readonly plugin?: string;
  /** Whether repo-server may answer from its own cache. */
  readonly cached?: boolean;
}

interface RawClient {
  generateManifest(
    request: object,
    options: { deadline: number },
    answer: (error: Error | null, response?: { manifests: string[] }) => void,
  ): void;
  close(): void;
}

const file = join(import.meta.dirname, "argocd-repo-server.proto");

/** Asks Argo CD's repo-server for manifests, as its controller does. */
export class RepoServerClient {
  readonly #client: RawClient;

  constructor(address: string) {
    const loaded = loadPackageDefinition(loadSync(file, { defaults: true }));
    const { RepoServerService } = loaded["repository"] as unknown as {
      RepoServerService: new (address: string, credentials: unknown, options: object) => RawClient;
    };
    this.#client = new RepoServerService(address, credentials.createInsecure(), {
      "grpc.max_receive_message_length": 128 * 1024 * 1024,
    });
  }

  /** Manifests as JSON, as Argo CD would compare them with the cluster. */
  async manifests(query: ManifestQuery, deadlineMs = 60_000): Promise<string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const { application, repoUrl, revision, path, plugin } = query;
    const type = repoUrl.startsWith("oci://") ? "oci" : "git";
    this.#client.generateManifest(
      {
        repo: { repo: repoUrl, type, insecureOCIForceHttp: true, ...query.credentials },
        revision,
        noCache: !query.cached,
        appName: application,
        namespace: "default",
        applicationSource: {
          repoURL: repoUrl,
          path,
          targetRevision: revision,
          ...(plugin === undefined
            ? { directory: { recurse: true } }
            : { plugin: { name: plugin } }),
        },
        projectName: "default",
        annotationManifestGeneratePaths: ".",
      },
      { deadline: Date.now() + deadlineMs },
      (error, response) => (error === null ? resolve(response?.manifests ?? []) : reject(error)),
    );
    return await promise;
  }

  close(): void {
    this.#client.close();
  }
}
