import { ForgeError } from "../../api/index.ts";
import { resolveLocation } from "./request.ts";

/** RFC 8288: `</v2/<name>/tags/list?last=…>; rel="next"`, relative or absolute, on the same host. */
export function nextPage(link: string | undefined, from: URL): URL | undefined {
  const next = /<([^<>]*)>\s*;[^,<]*\brel="?next"?/i.exec(link ?? "")?.[1];
  if (next === undefined) return undefined;
  const url = resolveLocation(next, from);
  if (url.origin === from.origin) return url;
  throw new ForgeError("RegistryRefused", `${from.host} continues its list on another host`);
}
