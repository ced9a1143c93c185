/** Which objects would lose something if the kinds of the version before were installed. */
import { isForbidden, type KubeObject } from "../../../../controller/kube/index.ts";
import { kinds } from "../../../api/index.ts";
import type { Backend, KindName } from "../../ports.ts";
import type { Finding } from "../finding.ts";
import { type KindSchemas, previousVersion, schemasOf } from "./kind-schemas.ts";
import { type Loss, lossFinder } from "./losses.ts";

export const downgradeCheck = "downgrade";

export async function downgradeFindings(backend: Pick<Backend, "stored">): Promise<Finding[]> {
  const findings = await Promise.all(
    kinds.map(async (kind) => {
      const name = kind.kind as KindName;
      try {
        return await kindFindings(name, schemasOf(kind), backend.stored(name));
      } catch (error) {
        if (!isForbidden(error)) throw error;
        return [{ ...failed(`${name}: not checked, since you may not list it`) }];
      }
    }),
  );
  return findings.flat();
}

/** One finding for each field that objects would lose, however many objects have it. */
export async function kindFindings(
  kind: string,
  schemas: KindSchemas,
  pages: ReturnType<Backend["stored"]>,
): Promise<readonly Finding[]> {
  const lossesIn = lossFinder(schemas);
  const objectsOf = new Map<string, Set<string>>();
  let checked = 0;
  let only: string | undefined;
  for await (const { objects, namespace } of pages) {
    only = namespace;
    checked += objects.length;
    for (const object of objects) {
      for (const loss of lossesIn(object)) {
        const text = `${kind}: ${lossText(loss)}`;
        objectsOf.set(text, (objectsOf.get(text) ?? new Set()).add(nameOf(object)));
      }
    }
  }
  const where = only === undefined ? "" : ` in ${only}, and you may list no other namespace`;
  if (objectsOf.size > 0) {
    return [...objectsOf].map(([message, names]) => ({ ...failed(message), objects: [...names] }));
  }
  const fit = `${kind}: ${checked} checked${where}; version ${previousVersion}`;
  return [{ check: downgradeCheck, ok: true, message: `${fit} takes all that they have` }];
}

function failed(message: string): Finding {
  return { check: downgradeCheck, ok: false, message };
}

function lossText({ field, effect, message }: Loss): string {
  const anywhere = field.replaceAll(/\[\d+\]/g, "[]");
  if (effect === "dropped") return `${anywhere} is unknown to the version before, and dropped`;
  if (effect === "unserved") return "the version before has no such kind, and does nothing with it";
  return `${anywhere} is invalid for the version before: ${message}`;
}

function nameOf({ metadata: { namespace = "", name } }: KubeObject): string {
  return `${namespace}/${name}`;
}
