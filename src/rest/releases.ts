import { z } from "zod";
import { releaseKind } from "../api/index.ts";
import { dryRunField } from "./deployments.ts";
import { release } from "./objects.ts";
import { namespaceField, pageOf, pageQuery } from "./paging.ts";

const { shape } = releaseKind.spec;

/** The rule of the kind, as JSON Schema can say it. */
const source = z
  .strictObject(shape.source.shape)
  .refine((given) => Object.values(given).filter((one) => one !== undefined).length === 1, {
    message: "exactly one of git, manifests and oci must be set",
  })
  .meta({
    description: "Where the manifests come from: exactly one of git, manifests and oci.",
    minProperties: 1,
    maxProperties: 1,
  });

export const releaseRequest = z
  .strictObject({ ...shape, source, namespace: namespaceField, dryRun: dryRunField })
  .meta({ id: "ReleaseRequest" });

export const releaseList = pageOf("ReleaseList", release);

export const releaseQuery = pageQuery.extend({
  ready: z.enum(["true", "false"]).optional().describe("Only those that are packaged, or are not."),
  trigger: z.enum(["BranchPush", "Tag", "Manual"]).optional(),
});

export type ReleaseRequest = z.output<typeof releaseRequest>;
