import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { propertyTests } from "./property-tests.ts";

export default defineConfig({
  test: {
    root: join(import.meta.dirname, "..", ".."),
    include: propertyTests(),
    setupFiles: ["hack/fuzz/seed.ts"],
    testTimeout: 60_000,
  },
});
