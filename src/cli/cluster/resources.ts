import type { Resource } from "../../../controller/kube/index.ts";
import { type Kind, kinds } from "../../api/index.ts";
import type { KindName } from "../ports.ts";

export function kindNamed(name: KindName): Kind {
  const kind = kinds.find((known) => known.kind === name);
  if (kind === undefined) throw new TypeError(`no kind ${name}`);
  return kind;
}

export const events: Resource = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  kind: "Event",
  namespaced: true,
};
