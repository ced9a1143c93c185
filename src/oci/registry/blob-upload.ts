import { ForgeError } from "../../api/index.ts";
import type { RepositoryName } from "../reference.ts";
import { apiUrl } from "./origin.ts";
import { errorOf } from "./registry-error.ts";
import type { RepositorySession } from "./registry-http.ts";
import { resolveLocation } from "./request.ts";

/** Uploads a blob in one piece: POST, then PUT (distribution specification 1.1, "Pushing blobs"). */
export async function blobUpload(
  session: RepositorySession,
  name: RepositoryName,
  digest: string,
  bytes: Uint8Array,
  now: number,
): Promise<void> {
  const start = apiUrl(session.origin, name, "blobs/uploads/");
  const opened = await session.request({ method: "POST", url: start, body: new Uint8Array() });
  if (opened.status !== 202) throw await errorOf(opened, `POST ${start.pathname}`, now);
  await opened.discard();
  const location = opened.header("location");
  if (location === undefined) {
    throw new ForgeError("RegistryRefused", `${start.host} opened an upload without a Location`);
  }
  const url = withDigest(resolveLocation(location, start), digest);
  const headers = { "content-type": "application/octet-stream" };
  const stored = await session.request({ method: "PUT", url, headers, body: bytes });
  if (stored.status !== 201) throw await errorOf(stored, `PUT ${url.pathname}`, now);
  await stored.discard();
}

/** The query of an upload holds the registry's signed state: it is kept byte for byte. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  const parameter = `digest=${encodeURIComponent(digest)}`;
  url.search = url.search === "" ? parameter : `${url.search}&${parameter}`;
  return url;
}
