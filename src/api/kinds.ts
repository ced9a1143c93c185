import { environmentKind } from "./environment.ts";
import { projectKind } from "./project.ts";
import { releaseKind } from "./release.ts";
import { releaseApprovalKind } from "./release-approval.ts";
import { releaseDeploymentKind } from "./release-deployment.ts";
import { releasePointerKind } from "./release-pointer.ts";

/** Every kind of forge: adding one here gives it a file under crds/. */
export const kinds = [
  releaseKind,
  environmentKind,
  releasePointerKind,
  releaseApprovalKind,
  releaseDeploymentKind,
  projectKind,
] as const;
