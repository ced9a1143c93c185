import { passed, type Rule, refused } from "../decision.ts";
import { matchesGlob } from "../glob.ts";
import { listed, triggersOf } from "../wording.ts";

/** Where the environment names tags, one of the release's tags is among them. */
export const tags: Rule = {
  name: "tags",
  judge: ({ environment, release }) => {
    const allowed = environment.spec.promotionPolicy.allowedTags;
    if (allowed.length === 0) return passed("AnyTag", "Tags are not looked at.");
    const named = triggersOf(release).flatMap(({ tag }) => tag ?? []);
    for (const tag of named) {
      const pattern = allowed.find((glob) => matchesGlob(glob, tag));
      if (pattern !== undefined) return passed("TagAllowed", `Tag ${tag} matches ${pattern}.`);
    }
    const takes = `${environment.metadata.name} takes releases with a tag ${listed(allowed)}`;
    return named.length === 0
      ? refused("NoTag", `${takes}; this one has none.`)
      : refused("TagNotAllowed", `${takes}; this one has ${listed(named)}.`);
  },
};
