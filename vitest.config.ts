import { defineConfig } from "vitest/config";

// Six suites: what stands beside the code, what crosses modules on real parts, hostile inputs to
// running programs, the chart on a real node, what other people's programs make of the API's
// document, and what needs a container engine.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{cmd,controller,src,hack,tools}/**/*.test.ts",
            "test/*.test.ts",
            "test/ground/*.test.ts",
            "test/hostile/settings.test.ts",
            "test/hostile/generators/*.test.ts",
          ],
          // A test that hangs ends; one of many cases on a busy machine does not fail.
          testTimeout: 60_000,
          // One more than two cores: git servers and timers leave one idle now and then.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: "system",
          include: ["test/system/**/*.test.ts"],
          globalSetup: ["test/system/ground/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Half of a file's time is waiting: for watches, leases, retries.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: "hostile",
          include: ["test/hostile/hostile.test.ts"],
          globalSetup: ["test/system/ground/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/global-setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "contract",
          include: ["test/contract/**/*.test.ts"],
          globalSetup: ["test/system/ground/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "containers",
          include: ["test/containers/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
