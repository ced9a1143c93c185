import { basename, dirname, join } from "node:path";

/** Tests to run for one file or name. */
export interface Selection {
  /** Test files, seen from the root of the repository. */
  readonly tests: readonly string[];
  /** A source file without a test beside it: every unit test that imports it belongs to it. */
  readonly importersOf?: string;
}

/**
 * Finds the tests that belong to a file or a name: the test file itself; for a source file the test
 * beside it; for a folder or a part of a path all tests under it.
 * @param isFile tells whether a path is a file of the repository
 */
export function selectTests(
  wanted: string,
  testFiles: readonly string[],
  isFile: (path: string) => boolean,
): Selection {
  const path = wanted.replace(/^\.\//, "").replace(/\/$/, "");
  if (testFiles.includes(path)) return { tests: [path] };
  if (isFile(path) && /\.tsx?$/.test(path)) {
    const beside = join(dirname(path), `${basename(path).replace(/\.[^.]+$/, "")}.test.ts`);
    return testFiles.includes(beside) ? { tests: [beside] } : { tests: [], importersOf: path };
  }
  const part = path.toLowerCase();
  return { tests: testFiles.filter((file) => file.toLowerCase().includes(part)) };
}
