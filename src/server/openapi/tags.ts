import type { Route } from "../http/route.ts";

/** Groups of routes, by the first part of their paths below /v1. */
const descriptions: Readonly<Record<string, string>> = {
  releases: "What was released, and releasing.",
  deployments: "What was deployed, and deploying.",
  approvals: "Consent to a release in an environment.",
  decisions: "What an environment's policy decides about a release.",
  matrix: "What runs where.",
  environments: "The environments that the caller may see.",
  projects: "The projects that the caller may see.",
  audit: "The ledger of forge-server.",
  events: "Changes as they happen.",
  me: "The caller.",
  objects: "The objects as the Kubernetes API has them.",
};

/** The tags of the document. */
export const tags = Object.entries(descriptions).map(([name, description]) => ({
  name,
  description,
}));

/** @throws TypeError for a route of a group that is not described */
export function tagOf({ path }: Pick<Route, "path">): string {
  const [, tag = ""] = /^\/v1\/([a-z]+)/.exec(path) ?? [];
  if (!(tag in descriptions)) throw new TypeError(`no tag describes the route ${path}`);
  return tag;
}
