import { z } from "zod";
import { rightAnswer, rightQuery } from "../../rest/index.ts";
import { defineRoute, type Route } from "../http/route.ts";
import type { RouteDeps } from "./context.ts";

const me = z
  .object({
    user: z.string(),
    groups: z.array(z.string()),
    impersonatedBy: z
      .string()
      .optional()
      .describe("The account that asks the API server in your name; absent where you do yourself."),
  })
  .meta({ id: "Caller", description: "Whom the cluster's API server knows by the token." });

export function callerRoutes({ access }: RouteDeps): readonly Route[] {
  const show = defineRoute({
    operation: "getCaller",
    method: "GET",
    path: "/v1/me",
    summary: "Who you are",
    description: "The user, groups and impersonator that the API server knows the token for.",
    answers: { 200: { description: "The user of the token.", schema: me } },
    handle: async ({ caller: { user, groups, impersonatedBy } }) => ({
      status: 200,
      body: { user, groups, ...(impersonatedBy !== undefined && { impersonatedBy }) },
    }),
  });

  const right = defineRoute({
    operation: "getRight",
    method: "GET",
    path: "/v1/me/rights",
    summary: "Whether you may",
    description: "As the cluster's API server says to your own token.",
    query: rightQuery,
    answers: { 200: { description: "Whether RBAC grants it.", schema: rightAnswer } },
    handle: async ({ caller, query: { namespace = "", ...asked } }) => {
      const allowed = await access.may(caller, { ...asked, namespace });
      return { status: 200, body: { allowed } };
    },
  });

  return [show, right];
}
