import { passed, type Rule, refused } from "../decision.ts";
import { isAutomatic } from "../wording.ts";

/** An automatic deployment never goes to a lower number than the one that was deployed last. */
export const order: Rule = {
  name: "order",
  judge: (input) => {
    const { release, pointer, environment } = input;
    if (!isAutomatic(input)) return passed("AskedFor", "A person may deploy an older release.");
    const running = pointer.status?.deployed?.number;
    if (running === undefined) return passed("NothingDeployed", "No release was deployed before.");
    const number = release.status?.number;
    if (number === undefined) {
      return refused("NumberUnknown", "The release has no number, which tells older from newer.");
    }
    if (number >= running) {
      return passed("NotOlder", `Release ${number} is not older than release ${running}.`);
    }
    return refused(
      "OlderRelease",
      `Release ${number} is superseded by release ${running}, which ${environment.metadata.name} has; ask for it by hand to go back.`,
    );
  },
};
