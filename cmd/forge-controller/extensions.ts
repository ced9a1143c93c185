import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { ReleaseExtension } from "../../src/triggers/index.ts";

/**
 * Extensions of the operator's own, each a module that exports one as `extension`. They run with
 * the controller's rights: who starts it chooses them, and nobody else can.
 * @throws Error that names the file
 */
export async function loadExtensions(files: readonly string[]): Promise<ReleaseExtension[]> {
  return Promise.all(
    files.map(async (file) => {
      const module: unknown = await import(pathToFileURL(resolve(file)).href);
      const { extension } = module as { readonly extension?: Partial<ReleaseExtension> };
      if (typeof extension?.name !== "string") {
        throw new Error(`--extension: ${file} exports no extension with a name`);
      }
      return extension as ReleaseExtension;
    }),
  );
}
