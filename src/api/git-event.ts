import { z } from "zod";
import { setOf } from "./constraints.ts";
import { commitField, projectField, repositoryField } from "./fields.ts";
import { ForgeError } from "./forge-error.ts";
import { triggerSchema } from "./trigger.ts";

const gitEventSchema = z.strictObject({
  repository: repositoryField,
  commit: commitField,
  trigger: triggerSchema,
  /** Of a manual event: the projects that somebody wants released. */
  projects: setOf(projectField, 256).optional(),
});

/** Something that happened in a source repository, or that somebody asked for. */
export type GitEvent = z.output<typeof gitEventSchema>;

/**
 * An event as a webhook or a pipeline tells it: checked field by field, like what any user writes.
 * @throws ForgeError InvalidObject
 */
export function parseGitEvent(value: unknown): GitEvent {
  const parsed = gitEventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = (issue?.path ?? []).join(".");
  throw new ForgeError(
    "InvalidObject",
    `git event: ${field === "" ? "" : `${field}: `}${issue?.message ?? "invalid"}`,
  );
}

const prefix = "forge.dev/";
const fieldsOfTrigger: readonly string[] = ["type", "branch", "tag", "actor", "time"];

/**
 * An event from the inputs of a pipeline: `forge.dev/repository`, `forge.dev/commit`,
 * `forge.dev/projects` (separated by commas), and `forge.dev/type`, `branch`, `tag`, `actor` and
 * `time` of the trigger. Inputs of others are passed over; one of forge's that it does not know is
 * an error.
 * @throws ForgeError InvalidObject
 */
export function parseInputs(inputs: Readonly<Record<string, string>>): GitEvent {
  const event: Record<string, unknown> = {};
  const trigger: Record<string, string> = {};
  for (const [key, value] of Object.entries(inputs)) {
    if (!key.startsWith(prefix)) continue;
    const field = key.slice(prefix.length);
    if (fieldsOfTrigger.includes(field)) trigger[field] = value;
    else if (field === "projects") event[field] = value.split(",").map((name) => name.trim());
    else event[field] = value;
  }
  return parseGitEvent({ ...event, trigger });
}
