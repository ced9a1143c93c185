// Which tests failed at first and passed when they were tried again: a test to be mended, told by name.
import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestCase } from "vitest/node";

// oxlint-disable-next-line import/no-default-export -- vitest takes a reporter so
export default class RetriedReporter implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const file = process.env["FORGE_RETRIED_TESTS"];
    if (file === undefined || test.diagnostic()?.flaky !== true) return;
    const [first] = test.result().errors ?? [];
    const where = `${relative(process.cwd(), test.module.moduleId)} > ${test.fullName}`;
    appendFileSync(file, `passed when tried again: ${where}: ${first?.message ?? "?"}\n`);
  }
}
