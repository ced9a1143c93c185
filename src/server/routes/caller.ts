import { z } from "zod";
import { defineRoute, type Route } from "../http/route.ts";

const me = z
  .object({ user: z.string(), groups: z.array(z.string()) })
  .meta({ id: "Caller", description: "Whom the cluster's API server knows by the token." });

export const callerRoutes: readonly Route[] = [
  defineRoute({
    operation: "getCaller",
    method: "GET",
    path: "/v1/me",
    summary: "Who you are",
    answers: { 200: { description: "The user of the token.", schema: me } },
    handle: async ({ caller: { user, groups } }) => ({ status: 200, body: { user, groups } }),
  }),
];
