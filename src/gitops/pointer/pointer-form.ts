import type { CarriedDeployment, Deployment } from "../ports.ts";
import { needsQuotes } from "./yaml-text.ts";

// Most pointer files are as forge wrote them. Such a one is read and edited here, by its form: to
// parse YAML and to write it again takes longer than all else that a commit costs. What the form
// does not match, to the last byte, is YAML like any other; what it does comes out as there.

/** A value that reads the same with quotes and without, escapes and all. */
const simple = "[A-Za-z0-9._/@:+-]*";
const value = `([A-Za-z0-9][A-Za-z0-9._/@-]*|"${simple}")`;

const lines = [
  "apiVersion: forge\\.dev/v1alpha1",
  "kind: ReleasePointer",
  "metadata:",
  `  name: ${value}`,
  "  annotations:",
  `    forge\\.dev/release-number: ${value}`,
  `    forge\\.dev/deployed-by: ${value}`,
  `    forge\\.dev/deployment: ${value}`,
  "spec:",
  `  environment: ${value}`,
  `  repository: ${value}`,
  `  project: ${value}`,
  `  release: ${value}`,
  "  image:",
  `    repository: ${value}`,
  `    digest: ${value}`,
];
const form = new RegExp(`^${lines.join("\n")}\n$`);
const isSimple = new RegExp(`^${simple}$`);

/** A file of forge's own form. */
export interface PointerForm {
  readonly carried: CarriedDeployment;
  /** undefined when this cannot be written in the form, or is another pointer. */
  edit(deployment: Deployment): string | undefined;
}

export function openForm(text: string): PointerForm | undefined {
  const [, ...written] = form.exec(text) ?? [];
  if (written.length === 0) return undefined;
  if (written.some((token) => !token.startsWith('"') && needsQuotes(token))) return undefined;
  const values = written.map((token) => token.replaceAll('"', ""));
  const [name = "", , by = "", id = "", environment, repository, project, release = "", , digest] =
    values;
  return {
    carried: { id, release, by, ...(digest && { digest }) },
    edit: (deployment) => {
      const isSame =
        environment === deployment.environment &&
        repository === deployment.repository &&
        project === deployment.project;
      const after = [
        name,
        String(deployment.number),
        deployment.by,
        deployment.id,
        environment ?? "",
        repository ?? "",
        project ?? "",
        deployment.commit,
        deployment.image.repository,
        deployment.image.digest,
      ];
      if (!isSame || !after.every((each) => isSimple.test(each))) return undefined;
      return fill(after.map((each, index) => writeValue(each, written[index])));
    },
  };
}

/** Quotes that are there stay. */
function writeValue(text: string, before: string | undefined): string {
  return before?.startsWith('"') === true || needsQuotes(text) ? `"${text}"` : text;
}

function fill(values: readonly string[]): string {
  let next = 0;
  const filled = lines.map((line) =>
    line.replaceAll("\\", "").replace(value, () => values[next++] ?? ""),
  );
  return `${filled.join("\n")}\n`;
}
