// Writes what a run of vitest came to: counts, failures and the time of each file, as JSON into
// the file that $FORGE_SUITE_REPORT names.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";
import type { FailedTest, SuiteReport } from "./report.ts";

// oxlint-disable-next-line import/no-default-export -- vitest loads a reporter by its default export
export default class SuiteReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env["FORGE_SUITE_REPORT"];
    if (file === undefined) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const report: SuiteReport = {
      passed: count("passed"),
      failed: count("failed"),
      skipped: count("skipped"),
      failures: [...modules.flatMap(failuresOf), ...unhandled.map(unhandledFailure)],
      files: modules.map((module) => {
        const { duration, collectDuration, setupDuration, prepareDuration } = module.diagnostic();
        const inTests = [...module.children.allTests()].reduce(
          (sum, test) => sum + (test.diagnostic()?.duration ?? 0),
          0,
        );
        const loading = collectDuration + setupDuration + prepareDuration;
        return {
          path: pathOf(module),
          setUpMs: loading + Math.max(duration - inTests, 0),
          testsMs: inTests,
        };
      }),
    };
    writeFileSync(file, JSON.stringify(report));
  }
}

function pathOf(module: TestModule): string {
  return relative(process.cwd(), module.moduleId);
}

function failuresOf(module: TestModule): FailedTest[] {
  const path = pathOf(module);
  const failed = [...module.children.allTests("failed")].map((test: TestCase) => ({
    title: `${path} > ${test.fullName}`,
    text: textOf(test.result().errors ?? []),
  }));
  // An error outside of the tests: an import, a hook.
  const outside = [module, ...module.children.allSuites()].flatMap((part) => part.errors());
  if (outside.length > 0) failed.push({ title: path, text: textOf(outside) });
  return failed;
}

function unhandledFailure(error: SerializedError): FailedTest {
  return { title: "outside of any test", text: textOf([error]) };
}

function textOf(errors: readonly Pick<SerializedError, "message" | "stack">[]): string {
  return errors.map(({ stack, message }) => stack ?? message).join("\n");
}
