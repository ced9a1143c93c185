import { posix } from "node:path";
import { ForgeError } from "../api/index.ts";
import { type Pointer, pointerFileName } from "./pointer.ts";

/** Where forge's controller puts pointers unless an Environment says otherwise. */
export const defaultPathTemplate = "{environment}/apps/{repository}/{project}";

/**
 * Refuses a pointer that lies in another folder than its own: a copy of production's pointer in the
 * folder of staging would run production's release under staging's rules.
 * @param templates of folders where a pointer may lie, with {environment}, {repository}, {project}
 * @throws ForgeError PointerFileInvalid
 */
export function checkPointerPath(
  pointer: Pointer,
  path: string,
  templates: readonly string[],
): void {
  const found = posix.join("/", path, ".").replace(/\/$/, "").slice(1);
  const expected = templates.map((template) => fill(template, pointer));
  if (expected.includes(found)) return;
  throw new ForgeError(
    "PointerFileInvalid",
    `${pointerFileName} in ${found || "the root"} belongs to ${expected.join(" or ")}: its path and what it says disagree`,
    { hint: "Move the file back, or give the plugin the Environment's --path template." },
  );
}

function fill(template: string, pointer: Pointer): string {
  return template.replace(/\{(environment|repository|project)\}/g, (_whole, field: string) =>
    field === "repository"
      ? pointer.repository
      : field === "project"
        ? pointer.project
        : pointer.environment,
  );
}
