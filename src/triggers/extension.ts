/**
 * Where an organisation adds to what forge knows of a release: aliases of its own, and fields of
 * the metadata layer. An extension is pure: it is asked again whenever a release is looked at, and
 * the same release must get the same answer, since the release image is made of it.
 */
import { type Alias, ForgeError, type Trigger } from "../api/index.ts";
import { isAlias } from "./aliases.ts";

/** What an extension is told: what never changes of a release. */
export interface ReleaseFacts {
  readonly repository: string;
  readonly project: string;
  /** Full commit id. */
  readonly commit: string;
  readonly number: number;
  readonly version?: string | undefined;
  readonly trigger: Trigger;
}

export interface ReleaseExtension {
  /** For errors and logs. */
  readonly name: string;
  /** Further aliases, of type Custom. Who held one first keeps it, as with any alias. */
  aliases?(release: ReleaseFacts): readonly string[];
  /** Further `annotations` of the metadata layer; keys are `<domain>/<name>`. */
  metadata?(release: ReleaseFacts): Readonly<Record<string, string>>;
}

const limits = { aliases: 16, fields: 32, fieldLength: 4_096 } as const;
const qualifiedName =
  /^(?=.{3,256}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
/** forge's own keys are not for others to give. */
const reserved = /^([a-z0-9-]+\.)*forge\.dev\//;

/** @throws ForgeError ExtensionFailed */
export function customAliases(
  extensions: readonly ReleaseExtension[],
  release: ReleaseFacts,
): Alias[] {
  return extensions.flatMap((extension) => {
    const given = ask(extension, () => extension.aliases?.(release) ?? []);
    const wrong = given.find((value) => typeof value !== "string" || !isAlias(value));
    if (wrong !== undefined) throw failed(extension, `${JSON.stringify(wrong)} can be no alias`);
    if (given.length > limits.aliases) throw failed(extension, `it gives ${given.length} aliases`);
    return given.map((value): Alias => ({ type: "Custom", value }));
  });
}

/** @throws ForgeError ExtensionFailed */
export function customMetadata(
  extensions: readonly ReleaseExtension[],
  release: ReleaseFacts,
): Record<string, string> {
  const fields = extensions.flatMap((extension) => {
    const given = Object.entries(ask(extension, () => extension.metadata?.(release) ?? {}));
    for (const [key, value] of given) {
      if (!qualifiedName.test(key) || reserved.test(key)) {
        throw failed(extension, `${JSON.stringify(key)} is no key such as company.com/build`);
      }
      if (typeof value !== "string" || value.length > limits.fieldLength) {
        throw failed(extension, `${key} is no text of at most ${limits.fieldLength} characters`);
      }
    }
    return given;
  });
  if (fields.length > limits.fields) {
    throw new ForgeError("ExtensionFailed", `extensions give ${fields.length} fields of metadata`);
  }
  return Object.fromEntries(fields);
}

function ask<Answer>(extension: ReleaseExtension, question: () => Answer): Answer {
  try {
    return question();
  } catch (cause) {
    throw failed(extension, String(cause).slice(0, 200), cause);
  }
}

function failed({ name }: ReleaseExtension, why: string, cause?: unknown): ForgeError {
  return new ForgeError("ExtensionFailed", `extension ${name}: ${why}`, { cause });
}
