import { ForgeError } from "../../api/index.ts";
import { errorOf } from "./registry-error.ts";
import type { RepositorySession } from "./registry-http.ts";
import { type Answer, resolveLocation } from "./request.ts";

/** An upload that a registry has open, and how far it came. */
export interface Upload {
  location: URL;
  offset: number;
  readonly minChunkBytes: number;
}

/** Pieces that were refused as out of order (416) before the upload is given up. */
const maxCorrections = 3;

/** Sends what is missing by PATCH, piece by piece; `upload` follows what the registry confirms. */
export async function sendPieces(
  session: RepositorySession,
  upload: Upload,
  bytes: Uint8Array,
  chunkBytes: number,
): Promise<void> {
  const length = Math.max(chunkBytes, upload.minChunkBytes);
  let corrections = 0;
  while (upload.offset < bytes.byteLength) {
    const start = upload.offset;
    const body = bytes.subarray(start, start + length);
    const headers = {
      "content-type": "application/octet-stream",
      // The specification's form: no unit, no total.
      "content-range": `${start}-${start + body.byteLength - 1}`,
    };
    const url = upload.location;
    const answer = await session.request({ method: "PATCH", url, headers, body });
    if (answer.status === 202) {
      await answer.discard();
      follow(upload, answer, start + body.byteLength);
      if (upload.offset <= start || upload.offset > start + body.byteLength) {
        throw refused(url, `confirms ${upload.offset} bytes of an upload after ${start}`);
      }
    } else if (answer.status === 416 && corrections < maxCorrections) {
      await answer.discard();
      corrections += 1;
      if (!(await uploadStatus(session, upload))) throw refused(url, "has lost an upload");
      if (upload.offset > bytes.byteLength) throw refused(url, "holds more than was sent");
    } else {
      throw await errorOf(answer, `PATCH ${url.pathname}`, session.now());
    }
  }
}

/** Asks how far an upload came; false when the registry knows it no more. */
export async function uploadStatus(session: RepositorySession, upload: Upload): Promise<boolean> {
  const url = upload.location;
  const answer = await session.request({ method: "GET", url });
  if (answer.status === 404) {
    await answer.discard();
    return false;
  }
  if (answer.status !== 204) throw await errorOf(answer, `GET ${url.pathname}`, session.now());
  await answer.discard();
  follow(upload, answer, 0);
  return true;
}

/**
 * `Range: 0-<last>` tells what was kept; without it, all that was sent. An upload without a byte
 * is `0-0` for distribution, which by the letter means one byte: none of our pieces is that small.
 */
function follow(upload: Upload, answer: Answer, otherwise: number): void {
  const last = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(answer.header("range") ?? "")?.[1];
  upload.offset = last === undefined ? otherwise : last === "0" ? 0 : Number(last) + 1;
  const location = answer.header("location");
  if (location !== undefined) upload.location = resolveLocation(location, upload.location);
}

function refused(url: URL, why: string): ForgeError {
  return new ForgeError("RegistryRefused", `${url.host} ${why}`);
}
