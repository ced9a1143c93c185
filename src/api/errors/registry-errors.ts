import type { ErrorKind } from "./error-kind.ts";

/** Registries and the images in them. */
export const registryErrors = {
  RegistryUnreachable: {
    retry: "backoff",
    hint: "Check the registry's address, and that the controller may reach it.",
  },
  RegistryUnauthorized: {
    retry: "backoff",
    hint: "Check the registry credentials of the controller.",
  },
  RegistryRefused: {
    retry: "backoff",
    hint: "Read the registry's answer in the message; its log says more.",
  },
  RegistryTaken: {
    retry: "backoff",
    hint: "Set another spec.registry of the Project, or release another project; what was packaged stays deployable.",
  },
  RegistryNotAllowed: {
    retry: "backoff",
    hint: "Set spec.registry of the Project to one that the installation allows, or have it added to registry.allowedPrefixes (--allowed-prefix).",
  },
  ImageNotFound: {
    retry: "backoff",
    hint: "Check that the image was pushed and not deleted.",
  },
  ImageInvalid: {
    retry: "never",
    hint: "The image was not written by forge, or was changed; do not deploy it.",
  },
  ImageTaken: {
    retry: "never",
    hint: "The tag of this commit holds something else; delete it, or release another commit.",
  },
  ImageChanged: {
    retry: "never",
    hint: "Restore the registry from its backup, or release another commit: what was deployed by digest cannot be made again.",
  },
  ImageNotSigned: {
    retry: "never",
    hint: "Sign the release image with a key of the plugin's --signature-key, then refresh.",
  },
  ImageNotAllowed: {
    retry: "never",
    hint: "Correct spec.image of the pointer file, or add the registry to the plugin's --registry.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
