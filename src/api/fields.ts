import { z } from "zod";

// Path components as the OCI distribution specification 1.1 has them (section "Pulling manifests"),
// since <registry>/<repository>/<project> is an image name.
const component = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";
const dnsLabel = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$";

export const repositoryField = z
  .string()
  .min(1)
  .max(180)
  .regex(new RegExp(`^${component}(\\/${component})*$`))
  .describe(
    "Source repository, such as company/monorepo. Lower case, since image names are; the host is not part of it.",
  );

export const projectField = z
  .string()
  .min(1)
  .max(63)
  .regex(new RegExp(dnsLabel))
  .describe("Project within the repository, such as auth-service: a DNS label.");

export const environmentField = z
  .string()
  .min(1)
  .max(63)
  .regex(new RegExp(dnsLabel))
  .describe("Name of the Environment, in the same namespace.");

/** A full commit id, SHA-1 or SHA-256. */
export const commitPattern = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

export const commitField = z
  .string()
  .max(64)
  .regex(commitPattern)
  .describe("Full commit id: 40 or 64 hexadecimal digits, lower case.");

export const digestField = z
  .string()
  .max(71)
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe("Digest of the content: sha256:<64 hexadecimal digits>.");

export const personField = z
  .string()
  .min(1)
  .max(256)
  .describe("Who it was: a user name as the Kubernetes API knows it.");

export const reasonField = z.string().min(1).max(1024).describe("Why, in a sentence for people.");

export const branchField = z
  .string()
  .min(1)
  .max(250)
  .describe("Branch name without refs/heads/, such as main.");

export const tagField = z
  .string()
  .min(1)
  .max(250)
  .describe("Tag name without refs/tags/, such as auth-service/v1.2.3.");

export const gitUrlField = z
  .string()
  .min(8)
  .max(2048)
  .regex(/^https?:\/\/[^@\s]+$/)
  .describe(
    "Address of the repository over smart HTTP, without credentials: those go into a Secret.",
  );

export const secretRefField = z
  .object({
    name: z.string().min(1).max(253).describe("Name of the Secret."),
  })
  .describe(
    "Secret in the same namespace with the keys username and password, or token, for the git server.",
  );

/** A moment, RFC 3339, as metav1.Time writes it. */
export const timeField = z.string().max(40).meta({ format: "date-time" });
