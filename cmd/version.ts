/** Of all programs; the package, the chart and the image carry the same. */
export const version = "0.1.0";
