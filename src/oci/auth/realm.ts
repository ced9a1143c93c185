import { ForgeError, foreignText } from "../../api/index.ts";
import type { Reach } from "../../network/index.ts";
import { isSameSite } from "../registry/same-site.ts";
import type { Challenge } from "./challenge.ts";

/** Where a token is asked for, and what addresses that name may stand for. */
export interface Realm {
  readonly url: URL;
  readonly reach: Reach;
}

/**
 * The realm comes from the registry, and gets the password. It must be https, or be the same host
 * when the registry itself is plain http; on another site than the registry it must be public, so
 * that no registry makes us knock on doors inside the cluster.
 * @throws ForgeError RegistryUnauthorized
 */
export function realmOf(challenge: Challenge, registry: URL): Realm {
  const realm = challenge.parameters.get("realm") ?? "";
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const isPlainAlike =
    url?.protocol === "http:" &&
    registry.protocol === "http:" &&
    url.hostname === registry.hostname;
  const isSafe = url?.protocol === "https:" || isPlainAlike;
  if (url === undefined || !isSafe || url.username !== "" || url.password !== "") {
    throw new ForgeError(
      "RegistryUnauthorized",
      `${registry.host} asks for tokens from "${foreignText(realm, 200)}", which must be an https address`,
    );
  }
  return { url, reach: isSameSite(url.hostname, registry.hostname) ? "allowed" : "public" };
}
