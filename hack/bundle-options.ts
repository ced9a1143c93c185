import type { BuildOptions, OutputOptions, Plugin } from "rolldown";

/** How programs are bundled, wherever that is done: what is measured is what is shipped. */
export const bundleOptions = {
  platform: "node",
  // The bundle names its modules: the same names wherever node_modules really stands.
  resolve: { symlinks: false },
  // Its generated clients are imported for their types alone.
  treeshake: { moduleSideEffects: [{ test: /@kubernetes\/client-node\//, sideEffects: false }] },
  logLevel: "warn",
} as const satisfies BuildOptions;

/**
 * Node keeps a program's text in memory as long as it runs, in two bytes a letter once a single one
 * is not ASCII: 4 MB for a controller. So those few are written as escapes.
 */
const inAscii: Plugin = {
  name: "in-ascii",
  renderChunk: (code) => ({
    code: code.replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  }),
};

export const outputOptions = {
  format: "esm",
  minify: false,
  // Licences stay.
  comments: { legal: true, annotation: false, jsdoc: false },
  plugins: [inAscii],
} as const satisfies OutputOptions;
