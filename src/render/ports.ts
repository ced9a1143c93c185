/** One file of a project, as it stands in the source at the release's commit. */
export interface SourceFile {
  /** Path inside the project, with "/" between the parts; it appears in error messages. */
  readonly path: string;
  /** YAML or JSON text, or its bytes in UTF-8. */
  readonly content: string | Uint8Array;
}

/** Where manifests come from: a commit of a Git repository, or text inside the Release itself. */
export interface SourceFiles {
  /** Every file that takes part in rendering, in any order. */
  read(signal: AbortSignal): Promise<readonly SourceFile[]>;
}
