// forge-argocd-plugin generate: what Argo CD's own plugin server runs in an Application's folder.
import {
  ManifestCache,
  ManifestGenerator,
  pathVariable,
  readFolder,
} from "../../src/plugin/index.ts";
import { createLogger } from "../../src/telemetry/index.ts";
import type { Config } from "./config.ts";
import { makeParts } from "./parts.ts";

const silent = { retried: () => undefined, read: () => undefined, made: () => undefined };

/** Prints the manifests of a folder as one YAML stream, or throws. */
export async function generate(
  config: Config,
  folder: string,
  env: NodeJS.ProcessEnv,
  print: (text: string) => void,
): Promise<void> {
  const log = createLogger(config.logLevel, { program: "forge-argocd-plugin" }, process.stderr);
  const parts = makeParts(config, log);
  // One run, one answer: nothing is kept in memory.
  const generator = new ManifestGenerator({
    ...parts,
    cache: new ManifestCache(0),
    observer: silent,
  });
  try {
    const application = await readFolder(folder, env[pathVariable]);
    const manifests = await generator.generate(application, AbortSignal.timeout(config.timeoutMs));
    print(manifests.map((manifest) => `---\n${manifest.trimEnd()}\n`).join(""));
  } finally {
    await parts.registry[Symbol.asyncDispose]();
  }
}
