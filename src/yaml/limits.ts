/** Bounds of what is read: far above real manifests, far below what would hurt the reader. */
export const limits = {
  depth: 100,
  aliasesPerDocument: 1_000,
  /** Nodes plus characters once every alias is written out: the guard against alias bombs. */
  expandedSize: 16 * 1024 * 1024,
  /**
   * Of one rendering, before it is parsed. A node takes a parser some 200 bytes, and two bytes of
   * text: 8 MiB of "---" took 800. As many lines as 16 MiB of Deployments have.
   */
  nodes: 1_500_000,
} as const;
