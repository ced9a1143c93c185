import { passed, type Rule, refused } from "../decision.ts";
import { readFreezes } from "../freeze-calendar.ts";
import { instant, untilFirst } from "../instant.ts";
import { preparedOnce } from "../prepared.ts";
import { isRollback } from "../wording.ts";

const calendarOf = preparedOnce(readFreezes);

/** Now is in none of the environment's freezes. One that cannot be read freezes it altogether. */
export const freezes: Rule = {
  name: "freezes",
  judge: (input) => {
    const { environment, now } = input;
    const { promotionPolicy, rollback } = environment.spec;
    if (promotionPolicy.freezes.length === 0) return passed("NoFreezes", "There are no freezes.");
    if (isRollback(input) && rollback.duringFreeze) {
      return passed("RollbackExempt", "A rollback may go through a freeze here.");
    }
    const { name } = environment.metadata;
    const calendar = calendarOf(promotionPolicy.freezes);
    if ("problem" in calendar) {
      const { field, problem } = calendar;
      return refused(
        "FreezeInvalid",
        `promotionPolicy.${field} of ${name} cannot be read, so that nothing is deployed: ${problem}.`,
      );
    }
    const { freeze, until, goesOn } = calendar.at(now.getTime());
    const evidence = untilFirst([until]);
    if (freeze === undefined) {
      const next = evidence.until === undefined ? "" : ` the next begins at ${evidence.until}`;
      return passed("NotFrozen", `No freeze is on;${next}.`, evidence);
    }
    const { cron, timeZone } = freeze;
    const end = goesOn ? `beyond ${instant(until)}` : `until ${instant(until)}`;
    const message = `${name} is frozen ${end} (${cron}, ${timeZone}).`;
    return refused("Frozen", message, { pattern: cron, ...evidence });
  },
};
