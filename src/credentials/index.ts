/** How a repository is reached, with the Secret that an object names for it. */
export { type CredentialDeps, type Repository, remoteOptions } from "./git-credentials.ts";
