/** Where a Project's images go, as its status tells it. */
import { type Project, projectKind, type Release } from "../../api/index.ts";
import { imageOf, imageRefusal, type OwnershipDeps } from "../image-ownership.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { inUseBefore, isWithin, prefixesOf, registriesInUse } from "../registry-prefixes.ts";
import { type OwnCondition, type Report, stalled, writeStatus } from "../status.ts";

/** Owns what was in use when prefixes were bounded, which is written once. */
const fieldManager = "forge-registries";

/** The Project with what it used before prefixes were bounded, which its status then holds. */
export async function recordRegistriesInUse(
  deps: ReconcilerDeps,
  project: Project,
  releases: readonly Release[],
  signal: AbortSignal,
): Promise<Project> {
  const inUse = registriesInUse(deps.settings, project, releases);
  if (inUse === undefined || project.status?.registriesInUse !== undefined) return project;
  const fields = { registriesInUse: inUse };
  return await writeStatus(deps, projectKind, project, fieldManager, fields, signal);
}

/** A project that may not write its image; releases that it packaged before stay deployable. */
export function registryRefusal(deps: OwnershipDeps, project: Project): Report | undefined {
  const error = imageRefusal(deps, project);
  if (error === undefined) return undefined;
  const message = `${error.message}. ${error.hint}`;
  const type = "RegistryAllowed";
  return {
    ...stalled(error.code, message),
    conditions: [{ type, status: "False", reason: error.code, message }],
  };
}

/** On what the project may write its image. */
export function registryAllowed(deps: OwnershipDeps, project: Project): OwnCondition {
  const image = imageOf(deps, project) ?? "";
  const type = "RegistryAllowed";
  if (isWithin(image, prefixesOf(deps.settings, project.metadata.namespace))) {
    const message = "The image is within a prefix of the installation.";
    return { type, status: "True", reason: "WithinPrefix", message };
  }
  return {
    type,
    status: "True",
    reason: inUseBefore,
    message: `${image} is within no prefix of the installation, and was in use before there were any: name it in registry.allowedPrefixes (--allowed-prefix).`,
  };
}
