import { ForgeError } from "../api/index.ts";
import { isDigest } from "./digest.ts";

/** `<host>/<path>`: where the tags and blobs of one image live. */
export interface RepositoryName {
  /** Host and, if given, port. */
  readonly host: string;
  readonly path: string;
}

export interface Reference extends RepositoryName {
  readonly tag?: string;
  /** Decides when there is a tag too. */
  readonly digest?: string;
}

const domain = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const hostPattern = new RegExp(
  `^(?:${domain}(?:\\.${domain})*|\\[[0-9a-fA-F:.]{2,45}\\])(?::[0-9]{1,5})?$`,
);
const component = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const pathPattern = new RegExp(`^${component}(?:/${component})*$`);
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
/** Of host and path together, as every client of the distribution project has it. */
const maxNameLength = 255;

/**
 * Parses `host[:port]/path[:tag][@digest]` (OCI distribution specification 1.1, "Pulling
 * manifests"). The host is never guessed: it must be there.
 * @throws ForgeError InvalidReference
 */
export function parseReference(text: string): Reference {
  const at = text.indexOf("@");
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(":");
  const hasTag = colon > named.lastIndexOf("/");
  const name = parseName(hasTag ? named.slice(0, colon) : named, text);
  const tag = hasTag ? named.slice(colon + 1) : undefined;
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (tag !== undefined) checkTag(tag, text);
  if (digest !== undefined && !isDigest(digest)) {
    throw invalid(text, "the digest must be sha256:<64 hex digits> or sha512:<128 hex digits>");
  }
  return {
    ...name,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/**
 * @param text what it is part of
 * @throws ForgeError InvalidReference
 */
export function checkTag(tag: string, text = tag): void {
  if (!tagPattern.test(tag)) throw invalid(text, `"${tag}" is no tag`);
}

/** Parses `host[:port]/path`. */
export function parseRepository(text: string): RepositoryName {
  return parseName(text, text);
}

/** `<registry prefix>/<repository>/<project>`, the image of a project's releases. */
export function releaseRepository(
  registry: string,
  repository: string,
  project: string,
): RepositoryName {
  return parseRepository(`${registry.replace(/\/$/, "")}/${repository}/${project}`);
}

export function formatRepository(name: RepositoryName): string {
  return `${name.host}/${name.path}`;
}

export function formatReference(reference: Reference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${formatRepository(reference)}${tag}${digest}`;
}

function parseName(name: string, text: string): RepositoryName {
  const slash = name.indexOf("/");
  if (slash === -1) throw invalid(text, "it needs a host, a slash and a path");
  const host = name.slice(0, slash);
  const path = name.slice(slash + 1);
  if (!hostPattern.test(host) || !isPlainHost(host)) throw invalid(text, `"${host}" is no host`);
  if (!/[.:]/.test(host) && host !== "localhost") {
    throw invalid(text, `it must begin with the registry's host, and "${host}" has no dot or port`);
  }
  if (path !== path.toLowerCase()) {
    throw invalid(text, `image names are lower case, "${path}" is not`);
  }
  if (!pathPattern.test(path)) throw invalid(text, `"${path}" is no repository name`);
  if (name.length > maxNameLength) {
    throw invalid(text, `host and path have more than ${maxNameLength} characters`);
  }
  const isHub = host === "docker.io" || host === "index.docker.io";
  return { host, path: isHub && !path.includes("/") ? `library/${path}` : path };
}

/** URLs read `0x7f.1` as 127.0.0.1: a host must mean to them what it says here. */
function isPlainHost(host: string): boolean {
  if (!URL.canParse(`https://${host}`)) return false;
  const { hostname } = new URL(`https://${host}`);
  return host.startsWith("[") || hostname === host.replace(/:[0-9]+$/, "").toLowerCase();
}

function invalid(text: string, why: string): ForgeError {
  const shown = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return new ForgeError("InvalidReference", `image reference "${shown}": ${why}`);
}
