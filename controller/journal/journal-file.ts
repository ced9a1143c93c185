import { closeSync, lstatSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";

/** A line of the journal, as JSON. The subject of an attempt is "<controller> <key>". */
export type JournalLine =
  | readonly ["begun", number, string]
  | readonly ["ended", number]
  /** So many processes ended during an attempt at the subject. */
  | readonly ["crashed", number, string];

/** Far above what is ever written: the file is rewritten when it has grown to a quarter. */
const maxBytesRead = 4 * 1024 * 1024;
export const maxBytesWritten = maxBytesRead / 4;

/**
 * The lines of a journal; none when there is no file yet. A line that is cut short or is no line of
 * a journal is passed over: the process that wrote it may have ended halfway.
 * @throws an error of the file system; RangeError for what cannot be a journal
 */
export function readJournal(path: string): JournalLine[] {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file === undefined) return [];
  if (!file.isFile()) throw new RangeError(`${path} is not a regular file`);
  if (file.size > maxBytesRead) throw new RangeError(`${path} has ${file.size} bytes`);
  return readFileSync(path, "utf8").split("\n").flatMap(parseLine);
}

function parseLine(text: string): JournalLine[] {
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? [line] : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is JournalLine {
  if (!Array.isArray(value) || !Number.isSafeInteger(value[1]) || value[1] < 0) return false;
  if (value[0] === "ended") return true;
  const isKnown = value[0] === "begun" || value[0] === "crashed";
  return isKnown && typeof value[2] === "string" && value[2].length <= 1_000;
}

/**
 * Appends lines. What is written is the kernel's once the call returns, and outlives the process;
 * it need not outlive the machine, so nothing waits for a disk.
 */
export class JournalWriter {
  readonly #path: string;
  #file: number | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** A file of these lines alone takes the place of what is there. @throws of the file system */
  replace(lines: readonly JournalLine[]): void {
    this.close();
    const next = `${this.#path}.new`;
    this.#file = openSync(next, "w", 0o600);
    this.#bytes = 0;
    this.#write(lines);
    renameSync(next, this.#path);
  }

  /** False when the file has grown large, and should be replaced. @throws of the file system */
  append(line: JournalLine): boolean {
    this.#write([line]);
    return this.#bytes < maxBytesWritten;
  }

  close(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }

  #write(lines: readonly JournalLine[]): void {
    if (this.#file === undefined) throw new Error("the journal is closed");
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    this.#bytes += writeSync(this.#file, text);
  }
}
