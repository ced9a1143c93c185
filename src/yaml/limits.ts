/** Bounds of what is read: far above real manifests, far below what would hurt the reader. */
export const limits = {
  depth: 100,
  aliasesPerDocument: 1_000,
  /**
   * Characters once every alias is written out, the indentation of each line by its depth, and
   * {@link expandedNode} for each node: the guard against alias bombs. 16 MiB of Deployments take
   * 26 MiB of it.
   */
  expandedSize: 32 * 1024 * 1024,
  /** Characters that a node counts for: it takes some 60 bytes of memory, and hardly any of text. */
  expandedNode: 10,
  /** Characters of indentation that the written YAML gets for each level of depth. */
  indentation: 2,
  /**
   * Maximum of one rendering, before it is parsed. A node takes a parser some 200 bytes, and two bytes of
   * text: 8 MiB of "---" took 800. As many lines as 16 MiB of Deployments have.
   */
  nodes: 1_500_000,
} as const;
