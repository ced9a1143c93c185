import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import type { RepositoryName } from "../reference.ts";
import { nextPage } from "./link.ts";
import { apiUrl } from "./origin.ts";
import { errorOf } from "./registry-error.ts";
import type { RepositorySession } from "./registry-http.ts";

/** Amazon's registry refuses more in a page. */
const pageSize = 1_000;
/** A list that goes on is an error: half a list would be mistaken for the whole. */
const maxPages = 200;
const maxPageBytes = 4 * 1024 * 1024;
/** Maximum of all pages together; a registry may put a million into one. */
const maxTags = maxPages * pageSize;

const pageSchema = z.object({ tags: z.array(z.string().max(128)).nullish() });

/** Every tag (distribution specification 1.1, "Listing tags"), none when there is no repository. */
export async function allTags(session: RepositorySession, name: RepositoryName): Promise<string[]> {
  const tags = new Set<string>();
  let listed = 0;
  let url: URL | undefined = apiUrl(session.origin, name, `tags/list?n=${pageSize}`);
  for (let page = 0; url !== undefined; page++) {
    if (page === maxPages) throw refused(url, `lists more than ${maxPages} pages of tags`);
    const answer = await session.request({ method: "GET", url });
    if (answer.status === 404 && page === 0) {
      await answer.discard();
      return [];
    }
    if (answer.status !== 200) throw await errorOf(answer, `GET ${url.pathname}`, session.now());
    const found = parsePage(await answer.text(maxPageBytes), url);
    listed += found.length;
    if (listed > maxTags) throw refused(url, `lists more than ${maxTags} tags`);
    for (const tag of found) tags.add(tag);
    url = nextPage(answer.header("link"), url);
  }
  return [...tags];
}

function parsePage(text: string, url: URL): string[] {
  try {
    return pageSchema.parse(JSON.parse(text)).tags ?? [];
  } catch {
    throw refused(url, "answered with something else than a list of tags");
  }
}

function refused(url: URL, why: string): ForgeError {
  return new ForgeError("RegistryRefused", `${url.host} ${why}`);
}
