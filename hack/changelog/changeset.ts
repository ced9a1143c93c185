import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";

/** From the smallest to the largest. */
export const bumps = ["patch", "minor", "major"] as const;
export type Bump = (typeof bumps)[number];

/** One change that users notice, and how far it moves the version. */
export interface Changeset {
  readonly bump: Bump;
  readonly summary: string;
}

const packageName = "forge";

/**
 * Reads a file of the format that @changesets/cli writes: front matter that maps a package to a bump,
 * and the entry of the changelog below it.
 * @throws Error that names the file and says what it should hold
 */
export function parseChangeset(path: string, text: string): Changeset {
  const invalid = (wanted: string) => new Error(`${basename(path)}: ${wanted}`);
  const lines = text.replaceAll("\r\n", "\n");
  const [, header, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(lines) ?? [];
  if (header === undefined || body === undefined) {
    throw invalid(`begin with the lines ---, "${packageName}": patch, and ---`);
  }
  const fields: unknown = parse(header);
  const entries = Object.entries(fields ?? {});
  const [[name, value] = []] = entries;
  const bump = bumps.find((known) => known === value);
  if (entries.length !== 1 || name !== packageName || bump === undefined) {
    throw invalid(`name "${packageName}" once, with one of ${bumps.join(", ")}`);
  }
  const summary = body.trim();
  if (summary === "") throw invalid("say below the second --- what changed for users");
  return { bump, summary };
}

/** The files of .changeset below a folder, in order of their names, with what each says. */
export function readChangesets(
  root: string,
): { readonly path: string; readonly change: Changeset }[] {
  return globSync(".changeset/*.md", { cwd: root })
    .filter((path) => basename(path) !== "README.md")
    .toSorted()
    .map((path) => ({
      path,
      change: parseChangeset(path, readFileSync(join(root, path), "utf8")),
    }));
}
