import { ForgeError } from "../../api/index.ts";
import { mediaTypes } from "../media-types.ts";
import type { Referrer } from "../ports.ts";
import { apiUrl } from "./origin.ts";
import { type ReferrersOf, readReferrerTag, referrerTag } from "./referrers.ts";
import { errorOf } from "./registry-error.ts";
import type { RepositorySession } from "./registry-http.ts";
import { backoffMs, type RetryDeps } from "./retry.ts";

const maxRaces = 10;

/**
 * Adds a referrer to the index under the fallback tag. Two who write it at once would lose one of
 * the entries: the write carries If-Match, and since most registries ignore that, the index is read
 * again afterwards and written again as long as the entry is missing. Callers in one process take
 * turns; between processes, and without If-Match, an entry may still be lost after it was seen.
 */
export async function addToReferrerTag(
  session: RepositorySession,
  subject: ReferrersOf,
  referrer: Referrer,
  { random, sleep }: Pick<RetryDeps, "random" | "sleep">,
  signal: AbortSignal,
): Promise<void> {
  const url = apiUrl(session.origin, subject.name, `manifests/${referrerTag(subject.digest)}`);
  for (let race = 0; race < maxRaces; race++) {
    if (race > 0) await sleep(backoffMs(race, random()), signal);
    const { referrers, etag } = await readReferrerTag(session, subject);
    if (referrers.some(({ digest }) => digest === referrer.digest)) return;
    const answer = await session.request({
      method: "PUT",
      url,
      headers: {
        "content-type": mediaTypes.index,
        ...(etag === undefined ? { "if-none-match": "*" } : { "if-match": etag }),
      },
      body: indexOf([...referrers, referrer]),
    });
    if (answer.status !== 201 && answer.status !== 412) {
      throw await errorOf(answer, `PUT ${url.pathname}`, session.now());
    }
    await answer.discard();
    const after = await readReferrerTag(session, subject);
    if (after.referrers.some(({ digest }) => digest === referrer.digest)) return;
  }
  throw new ForgeError("RegistryRefused", `${url.host} does not keep ${url.pathname} as written`, {
    retry: "backoff",
  });
}

function indexOf(manifests: readonly Referrer[]): Uint8Array {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }));
}
