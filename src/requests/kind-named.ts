import { type Kind, kinds } from "../api/index.ts";
import type { KindName } from "./ports.ts";

export function kindNamed(name: KindName): Kind {
  const kind = kinds.find((known) => known.kind === name);
  if (kind === undefined) throw new TypeError(`no kind ${name}`);
  return kind;
}
