import { ForgeError } from "../../api/index.ts";
import { pathSegmentProblem } from "../../git/index.ts";
import type { Deployment } from "../ports.ts";

export const defaultPathTemplate = "{environment}/apps/{repository}/{project}";

type Names = Pick<Deployment, "environment" | "repository" | "project">;

/**
 * The segments of the folder that holds a pointer. A repository may span several segments
 * ("company/monorepo"), the other names may not: else two pointers could share one file.
 * Throws PointerPathInvalid.
 */
export function pointerFolder(names: Names, template: string = defaultPathTemplate): string[] {
  const path = template.replace(/\{([^{}]*)\}/g, (placeholder, key: string) => {
    if (key === "repository") return names.repository;
    if (key === "environment" || key === "project") return singleSegment(key, names[key]);
    throw new ForgeError(
      "PointerPathInvalid",
      `path "${template}" has the unknown ${placeholder}`,
      {
        hint: "The placeholders are {environment}, {repository} and {project}.",
      },
    );
  });
  const segments = path.split("/");
  for (const segment of segments) {
    const problem = /[{}]/.test(segment) ? "holds a brace" : pathSegmentProblem(segment);
    if (problem === undefined) continue;
    throw new ForgeError("PointerPathInvalid", `path "${path}": the part "${segment}" ${problem}`);
  }
  return segments;
}

function singleSegment(key: string, value: string): string {
  if (!value.includes("/")) return value;
  throw new ForgeError("PointerPathInvalid", `${key} "${value}" holds a slash`);
}
