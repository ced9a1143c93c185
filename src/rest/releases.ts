import { z } from "zod";
import { releaseKind } from "../api/index.ts";
import { dryRunField } from "./deployments.ts";
import { release } from "./objects.ts";
import { namespaceField, pageOf, pageQuery } from "./paging.ts";

const { shape } = releaseKind.spec;

export const releaseRequest = z
  .strictObject({ ...shape, namespace: namespaceField, dryRun: dryRunField })
  .meta({ id: "ReleaseRequest" });

export const releaseList = pageOf("ReleaseList", release);

export const releaseQuery = pageQuery.extend({
  ready: z.enum(["true", "false"]).optional().describe("Only those that are packaged, or are not."),
  trigger: z.enum(["BranchPush", "Tag", "Manual"]).optional(),
});

export type ReleaseRequest = z.output<typeof releaseRequest>;
