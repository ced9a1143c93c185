import { type IssuerOptions, isReserved, issuerUrl } from "../../src/server/index.ts";
import { readFlagFile } from "../flags.ts";
import type { GivenFlags } from "./flags.ts";

export type OidcConfig = Omit<IssuerOptions, "clock" | "network">;

/**
 * Whose tokens the server takes by itself; undefined for nobody's.
 * @throws Error that names the flag which is wrong
 */
export function oidcOf({ text, list }: GivenFlags): OidcConfig | undefined {
  const url = text("oidc-issuer");
  const audience = text("oidc-audience");
  if (url === undefined && audience === undefined) return undefined;
  if (url === undefined || audience === undefined) {
    throw new Error("--oidc-issuer and --oidc-audience need each other");
  }
  try {
    issuerUrl(url);
  } catch {
    throw new Error("--oidc-issuer is no https URL");
  }
  const prefix = text("oidc-prefix") ?? "";
  const groups = list("oidc-group");
  const reserved = [prefix, ...groups].find(isReserved);
  if (reserved !== undefined)
    throw new Error(`${reserved}: the cluster keeps such names for itself`);
  const ca = text("oidc-ca");
  return {
    ...{ url, audience, prefix, groups },
    usernameClaim: text("oidc-username-claim") ?? "sub",
    groupsClaim: text("oidc-groups-claim"),
    ca: ca === undefined ? undefined : readFlagFile("oidc-ca", ca),
  };
}
