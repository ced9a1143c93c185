/** Forge's objects as the API shows them: as the API server has them, without managedFields. */
import { z } from "zod";
import {
  environmentKind,
  type Kind,
  projectKind,
  releaseApprovalKind,
  releaseDeploymentKind,
  releaseKind,
  releasePointerKind,
} from "../api/index.ts";

const metadata = z
  .object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    resourceVersion: z.string().describe("Opaque; another one means that something changed."),
    generation: z.int().optional().describe("Counts the changes of spec."),
    creationTimestamp: z.string().meta({ format: "date-time" }),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: "ObjectMeta", description: "The part of metav1.ObjectMeta that is told." });

function objectOf<Spec extends z.ZodType, Status extends z.ZodType>(
  kind: Kind<Spec, Status>,
  spec: z.ZodType = kind.spec,
  id = kind.kind,
) {
  return z
    .object({
      apiVersion: z.string(),
      kind: z.literal(kind.kind),
      metadata,
      spec,
      status: kind.status.optional(),
    })
    .meta({ id, description: kind.description });
}

/** Inline manifests are large, and packaged in the image: they are left out. */
const releaseSpec = releaseKind.spec.safeExtend({
  source: z
    .object({
      git: releaseKind.spec.shape.source.shape.git,
      oci: releaseKind.spec.shape.source.shape.oci,
    })
    .describe("Where the manifests come from; inline ones are left out."),
});

export const release = objectOf(releaseKind, releaseSpec);
/** With inline manifests, as the cluster has it. */
export const wholeRelease = objectOf(releaseKind, releaseKind.spec, "WholeRelease");
export const environment = objectOf(environmentKind);
export const pointer = objectOf(releasePointerKind);
export const approval = objectOf(releaseApprovalKind);
export const deployment = objectOf(releaseDeploymentKind);
export const project = objectOf(projectKind);
