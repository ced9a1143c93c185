import { z } from "zod";
import { text } from "./constraints.ts";

// Path components as the OCI distribution specification 1.1 has them (section "Pulling manifests"),
// since <registry>/<repository>/<project> is an image name.
const component = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";
const dnsLabel = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

export const repositoryField = text(1, 180)
  .regex(new RegExp(`^${component}(\\/${component})*$`))
  .describe(
    "Source repository, such as company/monorepo. Lower case, since image names are; the host is not part of it.",
  );

export const projectField = text(1, 63)
  .regex(new RegExp(dnsLabel))
  .describe("Project within the repository, such as auth-service: a DNS label.");

export const environmentField = text(1, 63)
  .regex(new RegExp(dnsLabel))
  .describe("Name of the Environment, in the same namespace.");

/** A full commit id, SHA-1 or SHA-256. */
export const commitPattern = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

export const commitField = text(0, 64)
  .regex(commitPattern)
  .describe("Full commit id: 40 or 64 hexadecimal digits, lower case.");

export const digestPattern = /^sha256:[0-9a-f]{64}$/;

export const digestField = text(0, 71)
  .regex(digestPattern)
  .describe("Digest of the content: sha256:<64 hexadecimal digits>.");

export const personField = text(1, 256).describe(
  "Who it was: a user name as the Kubernetes API knows it.",
);

export const reasonField = text(1, 1024).describe("Why, in a sentence for people.");

export const branchField = text(1, 250).describe("Branch name without refs/heads/, such as main.");

export const tagField = text(1, 250).describe(
  "Tag name without refs/tags/, such as auth-service/v1.2.3.",
);

/** A branch that forge writes to: as git takes it, and in few bytes, since status repeats it. */
export const targetBranchField = text(1, 200)
  .regex(/^[!-~]+$/)
  .describe("Branch of the GitOps repository, without refs/heads/.");

export const gitUrlField = text(8, 384)
  // Printable ASCII without @, behind which credentials would hide.
  .regex(/^https?:\/\/[!-?A-~]+$/)
  .describe(
    "Address of the repository over smart HTTP, without credentials: those go into a Secret.",
  );

export const secretRefField = z
  .object({
    name: text(1, 253).describe("Name of the Secret."),
  })
  .describe(
    "Secret in the same namespace with the keys username and password, or token, for the git server.",
  );

/** A moment, RFC 3339, as metav1.Time writes it. */
export const timeField = text(0, 40)
  .regex(
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$/,
  )
  .refine(dayExists, { message: "names a day that does not exist" })
  .meta({ format: "date-time" });

function dayExists(time: string): boolean {
  const day = time.slice(0, 10);
  const read = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day);
}
