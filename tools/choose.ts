import { productsOf, type ToolModule, toolModules } from "./modules.ts";

/** Programs and files of one module that are to be had. */
export interface Work {
  readonly module: ToolModule;
  readonly names: readonly string[];
}

/**
 * Programs and files that are missing of the named ones, by module; of all that every machine can run
 * when none is named.
 * @throws Error when no module has a name
 */
export function missingWork(
  wanted: readonly string[],
  isThere: (name: string) => boolean,
  modules: readonly ToolModule[] = toolModules,
): Work[] {
  const known = new Set(modules.flatMap(productsOf));
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(`${unknown.join(", ")}: not one of ${[...known].join(", ")}`);
  return modules.flatMap((module) => {
    const products = productsOf(module);
    const chosen =
      wanted.length > 0
        ? products.filter((name) => wanted.includes(name))
        : module.onRequest
          ? []
          : products;
    const names = chosen.filter((name) => !isThere(name));
    return names.length === 0 ? [] : [{ module, names }];
  });
}
