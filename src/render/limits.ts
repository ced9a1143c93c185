/** Bounds of one rendering: far above real projects, far below what would hurt the controller. */
export const limits = {
  files: 10_000,
  /** The largest CustomResourceDefinitions in use are under 2 MiB. */
  bytesPerFile: 8 * 1024 * 1024,
  bytesInTotal: 16 * 1024 * 1024,
  documents: 10_000,
  /** Maximum of an object's YAML. The API server accepts requests of up to 3 MiB. */
  charactersPerObject: 8 * 1024 * 1024,
  /** Maximum of an object that js-yaml writes as a whole, at half a second a mebibyte. */
  charactersByLibrary: 2 * 1024 * 1024,
} as const;
