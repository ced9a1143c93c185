import { passed, type Rule, refused } from "../decision.ts";
import { isAutomatic } from "../wording.ts";

/** An automatic deployment finds no hold on the pointer; what a person asks for goes past it. */
export const hold: Rule = {
  name: "hold",
  judge: (input) => {
    const { hold: held } = input.pointer.spec;
    if (held === undefined) return passed("NotHeld", "The pointer is not held.");
    const evidence = { by: held.by };
    if (!isAutomatic(input)) {
      return passed("AskedFor", "The hold stops automatic deployments alone.", evidence);
    }
    const by = held.by === undefined ? "" : ` by ${held.by}`;
    const message = `Automatic deployments are held${by} until somebody lifts it: ${held.reason}`;
    return refused("Held", message, evidence);
  },
};
