import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { archiveFolder, archiveOf, mayDownload, toolCache } from "./downloads.ts";
import { productsOf, type ToolModule, toolModules } from "./modules.ts";

/** Programs that $KUBEBUILDER_ASSETS holds, as setup-envtest lays it out. */
const kubebuilderPrograms = ["kube-apiserver", "etcd", "kubectl"];

/** Folder of a module's programs: outside the checkout, named by what decides their content. */
export function cacheFolder(module: ToolModule, env: NodeJS.ProcessEnv = process.env): string {
  const hash = createHash("sha256");
  const source = resolve(import.meta.dirname, module.folder);
  const isSource = (name: string) => name.endsWith(".go") || ["go.mod", "go.sum"].includes(name);
  const files = readdirSync(source).filter(isSource).toSorted();
  files.push(...Object.values(module.target?.added ?? {}));
  for (const file of files) hash.update(readFileSync(join(source, file)));
  hash.update(
    JSON.stringify([
      ...[module.programs, module.stamp("v"), process.arch],
      ...Object.values(module.files ?? {}).flat(),
    ]),
  );
  if (module.target !== undefined) {
    hash.update(JSON.stringify(module.target));
    hash.update(readFileSync(join(import.meta.dirname, "limit-memory.ts")));
  }
  return join(toolCache(env), `${basename(module.folder)}-${hash.digest("hex").slice(0, 12)}`);
}

/** Where $KUBEBUILDER_ASSETS has the program; a folder without it is an error, never a fallback. */
function kubebuilderPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const assets = env["KUBEBUILDER_ASSETS"];
  if (!assets || !kubebuilderPrograms.includes(program)) return undefined;
  const path = join(assets, program);
  if (!existsSync(path)) throw new Error(`$KUBEBUILDER_ASSETS is set, and there is no ${path}`);
  return path;
}

/** Files of Argo CD that $ARGOCD brings with it: the definitions of its kinds stand beside it. */
const argoCDFiles = ["application-crd.yaml", "applicationset-crd.yaml", "appproject-crd.yaml"];

/**
 * The path that $ARGOCD or $SOURCE_CONTROLLER gives for a program: a newer peer that somebody wants
 * to try in place of the pinned one. A path that does not exist is an error, never a fallback.
 */
function peerPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const { ARGOCD: argoCD, SOURCE_CONTROLLER: sourceController } = env;
  let path: string | undefined;
  if (argoCD && program === "argocd") path = argoCD;
  if (argoCD && argoCDFiles.includes(program)) path = join(dirname(argoCD), program);
  if (sourceController && program === "source-controller") path = sourceController;
  if (!path) return undefined;
  if (!existsSync(path)) {
    const variable = program === "source-controller" ? "SOURCE_CONTROLLER" : "ARGOCD";
    throw new Error(`$${variable} is set, and there is no ${path}`);
  }
  return path;
}

/** Where a published archive of the program was unpacked, unless downloads are turned off. */
function downloadedPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  const archive = mayDownload(env) ? archiveOf(program) : undefined;
  if (archive === undefined) return undefined;
  const path = join(archiveFolder(archive, env), program);
  return existsSync(path) ? path : undefined;
}

/** Path of a program (or a file of it) that tests run against, or undefined when it is not here yet. */
export function locateTool(
  program: string,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const given = kubebuilderPath(program, env) ?? peerPath(program, env);
  if (given !== undefined) return given;
  if (program === "source-controller") return undefined;
  const module = toolModules.find((m) => productsOf(m).includes(program));
  if (module === undefined) throw new Error(`tools/modules.ts names no program ${program}`);
  const path = join(cacheFolder(module, env), program);
  return existsSync(path) ? path : downloadedPath(program, env);
}

/** Path of a program, or an error that says how to get it. */
export function requireTool(program: string): string {
  const path = locateTool(program);
  if (path === undefined) throw new Error(`${program} is not built: run \`make tools\``);
  return path;
}
