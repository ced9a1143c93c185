import type { ReleaseBlock } from "../api/index.ts";
import type { Manifest } from "./manifest.ts";

/** One file of a project, as it stands in the source at the release's commit. */
export interface SourceFile {
  /** Path from the root of the source, with "/" between the parts; it appears in error messages. */
  readonly path: string;
  /** Text, or its bytes in UTF-8. */
  readonly content: string | Uint8Array;
}

/** What a project is rendered from. */
export interface ProjectSource {
  /** Every file that may take part, in any order. */
  readonly files: readonly SourceFile[];
  /** Folder of the project, seen from the root of the source; "" is the root. */
  readonly folder: string;
  /** What was built from the commit, by name: the fields that a source may refer to. */
  readonly artifacts: Readonly<Record<string, ArtifactFields>>;
}

/** Such as uri, digest and tag; every value is a text, whatever it looks like. */
export type ArtifactFields = Readonly<Record<string, string>>;

export interface Rendered {
  /** In order of application. */
  readonly manifests: readonly Manifest[];
  /** When the project is released, if its own files say so. */
  readonly release?: ReleaseBlock | undefined;
}

/**
 * Source files to manifests: the same source gives the same manifests, byte for byte. Kustomize,
 * Helm or Jsonnet would be one more of these.
 */
export interface Renderer {
  /** Whether a project of these files is one for this renderer. */
  accepts(source: Pick<ProjectSource, "files" | "folder">): boolean;
  /** @throws ForgeError that names the file and the line */
  render(source: ProjectSource, signal: AbortSignal): Promise<Rendered>;
}
