/**
 * Why a name may not stand in a path that forge writes or hands on, or undefined when it may.
 * The names that a checkout on Windows or macOS would take for ".git" are those of git's
 * is_ntfs_dotgit and is_hfs_dotgit.
 */
export function pathSegmentProblem(segment: string): string | undefined {
  if (segment === "") return "is empty";
  if (segment === "." || segment === "..") return `is "${segment}"`;
  if (segment.includes("/") || segment.includes("\\")) return "holds a slash or backslash";
  if (/\p{Cc}/u.test(segment)) return "holds a control character";
  if (!segment.isWellFormed()) return "is not valid Unicode";
  if (Buffer.byteLength(segment) > 255) return "is longer than 255 bytes";
  if (looksLikeDotGit(segment)) return 'is a way to write ".git"';
  return undefined;
}

// Characters that HFS+ ignores when it compares names (git: utf8.c, next_hfs_char).
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

function looksLikeDotGit(segment: string): boolean {
  const onHfs = segment.replace(ignoredByHfs, "").toLowerCase();
  // NTFS drops trailing dots and spaces, and a colon begins the name of a stream.
  const onNtfs = (segment.split(":", 1)[0] ?? "").replace(/[. ]+$/u, "").toLowerCase();
  return onHfs === ".git" || onNtfs === ".git" || onNtfs === "git~1";
}
