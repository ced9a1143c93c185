/** Projects whose registries the installation does not allow, or allows for what they used before alone. */
import type { Project } from "../../api/index.ts";
import type { Backend } from "../ports.ts";
import type { Finding } from "./finding.ts";

const check = "registry prefixes";
const refusals = ["RegistryTaken", "RegistryNotAllowed"];

export async function prefixFindings(backend: Pick<Backend, "list">): Promise<Finding[]> {
  const projects = await backend.list("Project").catch(() => []);
  const reasonOf = ({ status }: Project) =>
    status?.conditions?.find(({ type }) => type === "RegistryAllowed")?.reason ?? "";
  const names = (reason: string) =>
    projects.filter((project) => reasonOf(project) === reason).map(({ metadata }) => metadata.name);
  const refused = refusals.flatMap((reason) =>
    names(reason).map((name) => ({ check, ok: false, message: `Project ${name}: ${reason}` })),
  );
  const used = new Set(projects.flatMap(({ status }) => status?.registriesInUse ?? []));
  if (used.size === 0) return refused;
  const message = "used before there were any, name them in registry.allowedPrefixes";
  return [...refused, { check, message, objects: [...used].toSorted() }];
}
