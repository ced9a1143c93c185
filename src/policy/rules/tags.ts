import { passed, type Rule, refused } from "../decision.ts";
import { preparedOnce } from "../prepared.ts";
import { compileTagPattern } from "../tag-pattern.ts";
import { countedClaims, listed, rollbackExempt, uncounted } from "../wording.ts";

const compiled = preparedOnce((patterns: readonly string[]) => patterns.map(compileTagPattern));

/**
 * Where the environment names tags, one of the release's tags is among them. The tag
 * `auth-service/v1.2.3` of the project auth-service counts as `v1.2.3` too.
 */
export const tags: Rule = {
  name: "tags",
  judge: (input) => {
    const { environment, release } = input;
    const allowed = environment.spec.promotionPolicy.allowedTags;
    if (allowed.length === 0) return passed("AnyTag", "Tags are not looked at.");
    const exempt = rollbackExempt(input);
    if (exempt !== undefined) return exempt;
    const patterns = compiled(allowed);
    const named = countedClaims(input).flatMap(({ tag }) => tag ?? []);
    for (const tag of named.flatMap((name) => namesOf(name, release.spec.project))) {
      const match = patterns.find((pattern) => pattern.matches(tag));
      if (match !== undefined) {
        const { pattern } = match;
        return passed("TagAllowed", `Tag ${tag} matches ${pattern}.`, { pattern });
      }
    }
    const unreadable = patterns.findIndex(({ invalid }) => invalid);
    if (unreadable !== -1) {
      return refused(
        "TagPatternInvalid",
        `promotionPolicy.allowedTags[${unreadable}] of ${environment.metadata.name} is no range of versions: ${allowed[unreadable]}; no tag of this release matches another.`,
      );
    }
    const takes = `${environment.metadata.name} takes releases with a tag ${listed(allowed)}`;
    return named.length === 0
      ? refused("NoTag", `${takes}; this one has none.${uncounted(input)}`)
      : refused("TagNotAllowed", `${takes}; this one has ${listed(named)}.${uncounted(input)}`);
  },
};

function namesOf(tag: string, project: string): string[] {
  const prefix = `${project}/`;
  return tag.startsWith(prefix) ? [tag, tag.slice(prefix.length)] : [tag];
}
