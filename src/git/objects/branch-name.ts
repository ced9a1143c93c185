/** Why git would refuse this branch name (git-check-ref-format), or undefined when it would not. */
export function branchNameProblem(branch: string): string | undefined {
  if (branch === "" || branch.length > 200) return "must have 1 to 200 characters";
  if (/[\p{Cc} ~^:?*[\\]/u.test(branch)) return "holds a character that git refuses";
  if (branch.startsWith("-") || branch === "@") return "is not a name";
  if (/\.\.|@\{|\/\/|^\/|\/$|\.$/.test(branch)) return "holds a sequence that git refuses";
  const parts = branch.split("/");
  if (parts.some((part) => part.startsWith(".") || part.endsWith(".lock"))) {
    return 'has a part that begins with "." or ends in ".lock"';
  }
  return undefined;
}
