/** Bounds of one request: far above real ones, far below what would hurt the plugin. */
export const limits = {
  /** A pointer file is a few hundred bytes. */
  pointerBytes: 64 * 1024,
  environmentConfigBytes: 1024 * 1024,
  /** Once its aliases are written out, by the measure of a release's manifests; etcd takes less. */
  environmentConfigExpanded: 4 * 1024 * 1024,
  /** Argo CD takes messages of 100 MiB; an archive of manifests inflates to 64 MiB at most. */
  outputBytes: 96 * 1024 * 1024,
  yamlDepth: 100,
  /** Of the archive that Argo CD sends, which may be a whole repository. */
  archive: {
    compressedBytes: 256 * 1024 * 1024,
    inflatedBytes: 1024 * 1024 * 1024,
    entries: 500_000,
    /** Length of all names in the Application's folder: 100,000 files with long names. */
    nameLength: 8 * 1024 * 1024,
  },
} as const;
