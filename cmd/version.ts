import manifest from "../package.json" with { type: "json" };

/** Of all programs; the package, the chart and the image carry the same. */
export const version: string = manifest.version;
