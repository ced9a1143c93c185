import { ForgeError, isLoopback } from "../../api/index.ts";

/**
 * The repository's url, checked: https, or http to loopback and the hosts in `allowed`.
 * Throws InsecureTransport.
 */
export function checkedRepositoryUrl(url: string, allowed: readonly string[]): URL {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.hostname === "") {
    throw new ForgeError("InsecureTransport", `git url "${url}" is not an https url`);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new ForgeError("InsecureTransport", `git url of ${parsed.host} carries credentials`, {
      hint: "Take the credentials out of the url and put them into the Secret that secretRef names.",
    });
  }
  const insecureAllowed =
    isLoopback(parsed.hostname) ||
    allowed.includes(parsed.host) ||
    allowed.includes(parsed.hostname);
  if (parsed.protocol !== "https:" && !(parsed.protocol === "http:" && insecureAllowed)) {
    const scheme = parsed.protocol.slice(0, -1);
    throw new ForgeError("InsecureTransport", `git url of ${parsed.host} uses ${scheme}`);
  }
  return new URL(parsed.origin + parsed.pathname.replace(/\/+$/, ""));
}

/** Throws InsecureTransport. */
export function checkedProxyUrl(url: string): string {
  const parsed = URL.parse(url);
  const isHttp = parsed?.protocol === "http:" || parsed?.protocol === "https:";
  if (parsed === null || !isHttp) {
    throw new ForgeError("InsecureTransport", "the git proxy's url is neither http nor https", {
      hint: "Give the proxy as http://host:port.",
    });
  }
  if (parsed.username === "" && parsed.password === "") return parsed.origin;
  throw new ForgeError("InsecureTransport", `the url of proxy ${parsed.host} carries credentials`, {
    hint: "Give the proxy's credentials apart from its url.",
  });
}
