import { dump } from "js-yaml";
import { writingSchema } from "./kubernetes-schema.ts";

/** One object as a YAML document: the same object always gives the same text. */
export function writeYaml(object: object): string {
  return dump(object, { schema: writingSchema, noRefs: true, lineWidth: -1, sortKeys: false });
}
