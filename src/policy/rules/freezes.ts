import { passed, type Rule, refused } from "../decision.ts";
import { readFreezes } from "../freeze-calendar.ts";
import { preparedForText } from "../prepared.ts";
import { isRollback } from "../wording.ts";

/** Reading a cron expression costs as much as a hundred decisions; a few environments share few. */
const calendarOf = preparedForText(readFreezes, 256);

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
    const { freeze, until, untilText, goesOn } = calendar.at(now.getTime());
    if (freeze === undefined) {
      const next = untilText === "" ? "" : `; the next begins at ${untilText}`;
      return passed("NotFrozen", `No freeze is on${next}.`, { until });
    }
    const { cron, timeZone } = freeze;
    const end = `${goesOn ? "beyond" : "until"} ${untilText}`;
    const message = `${name} is frozen ${end} (${cron}, ${timeZone}).`;
    return refused("Frozen", message, { pattern: cron, until });
  },
};
