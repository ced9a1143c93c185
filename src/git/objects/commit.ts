import { ForgeError } from "../../api/index.ts";
import { formatOf, type GitObject, gitObject, isObjectId } from "./git-object.ts";

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 in UTC, whole seconds. */
  readonly time: string;
}

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** Times are written with the zone +0000. */
export function encodeCommit(commit: Commit): GitObject {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${encodeSignature(commit.author)}`,
    `committer ${encodeSignature(commit.committer)}`,
    "",
    commit.message.endsWith("\n") ? commit.message : `${commit.message}\n`,
  ];
  return gitObject("commit", Buffer.from(lines.join("\n")), formatOf(commit.tree));
}

/** Headers that forge does not know (gpgsig, mergetag, encoding) are passed over. */
export function decodeCommit(data: Uint8Array): Commit {
  const text = new TextDecoder().decode(data);
  const end = text.indexOf("\n\n");
  const headers = (end < 0 ? text : text.slice(0, end)).split("\n");
  const values = (key: string): string[] =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  const [tree = ""] = values("tree");
  const parents = values("parent");
  if (!isObjectId(tree) || !parents.every(isObjectId)) {
    throw new ForgeError("GitProtocol", "a commit in the repository has a malformed header");
  }
  return {
    tree,
    parents,
    author: decodeSignature(values("author")[0] ?? ""),
    committer: decodeSignature(values("committer")[0] ?? ""),
    message: end < 0 ? "" : text.slice(end + 2),
  };
}

function encodeSignature(signature: Signature): string {
  const seconds = Math.floor(Date.parse(signature.time) / 1000);
  if (!Number.isFinite(seconds)) throw new RangeError(`not a time: ${signature.time}`);
  return `${clean(signature.name)} <${clean(signature.email)}> ${seconds} +0000`;
}

/** git strips these characters too: they would end the name, the address or the line. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}<>]+/gu, " ").trim();
}

/**
 * A malformed line reads as git shows it: at the epoch. Old repositories have them. Taken apart by
 * position: a pattern with two open ends would try each < with each >.
 */
function decodeSignature(text: string): Signature {
  const open = text.indexOf("<");
  const close = text.lastIndexOf("> ");
  const isWhole = open >= 0 && close > open;
  const stamp = isWhole ? /^(-?\d{1,12}) [-+]\d{4,6}$/.exec(text.slice(close + 2)) : null;
  if (stamp === null) return { name: "", email: "", time: isoTime(0) };
  return {
    name: text.slice(0, open).replace(/ $/, ""),
    email: text.slice(open + 1, close),
    time: isoTime(Number(stamp[1]) * 1000),
  };
}

function isoTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  const iso = Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString();
  return iso.replace(".000Z", "Z");
}
