import type { PromotionPolicy } from "../../api/index.ts";
import { type PolicyInput, passed, type Rule, type Run, refused } from "../decision.ts";
import { milliseconds } from "../duration.ts";
import { instant } from "../instant.ts";
import { preparedOnce } from "../prepared.ts";
import { listed, rollbackExempt } from "../wording.ts";

type Origin = PromotionPolicy["promotesFrom"][number];

/** An environment that comes first. */
interface Predecessor {
  readonly environment: string;
  /** In milliseconds. */
  readonly soak: number;
  /** Such as staging for 24h. */
  readonly words: string;
}

/** How an image did in one of them. */
interface Trial {
  readonly origin: Predecessor;
  readonly ran: boolean;
  /** When it has run long enough there; infinite when no run of it leads there. */
  readonly metAt: number;
}

const predecessors = preparedOnce((origins: readonly Origin[]): readonly Predecessor[] =>
  origins.map(({ environment, soak }) => ({
    environment,
    soak: soak === undefined ? 0 : milliseconds(soak),
    words: soak === undefined ? environment : `${environment} for ${soak}`,
  })),
);

/**
 * The same image has run in the environments that come first, in one stretch of the soak time,
 * and healthy for all of it where somebody reports health.
 */
export const promotesFrom: Rule = {
  name: "promotesFrom",
  judge: (input) => {
    const { environment, release, now } = input;
    const { promotesFrom: origins, promotesFromMatch } = environment.spec.promotionPolicy;
    if (origins.length === 0) return passed("NoneBefore", "No environment comes first.");
    const exempt = rollbackExempt(input);
    if (exempt !== undefined) return exempt;
    const digest = release.status?.image?.digest;
    const trials = predecessors(origins).map((origin) => trialOf(origin, digest, input.runs));
    const met = trials.filter(({ metAt }) => metAt <= now.getTime());
    if (met.length === trials.length || (promotesFromMatch === "Any" && met.length > 0)) {
      return passed("RanBefore", `The image has run in ${whereItRan(met, promotesFromMatch)}.`);
    }
    return refusal(input, trials);
  },
};

function trialOf(origin: Predecessor, digest: string | undefined, runs: readonly Run[]): Trial {
  const here = runs.filter(
    (run) => run.environment === origin.environment && run.digest === digest,
  );
  const metAt = Math.min(...here.map((run) => metBy(run, origin.soak)));
  return { origin, ran: here.length > 0, metAt };
}

/** When a run has lasted for the soak time, counted from when it was healthy, where that is known. */
function metBy({ from, until, health }: Run, soak: number): number {
  const healthySince = health === undefined ? from : health.healthySince;
  if (healthySince === undefined) return Number.POSITIVE_INFINITY;
  const metAt = Math.max(from.getTime(), healthySince.getTime()) + soak;
  return until === undefined || metAt <= until.getTime() ? metAt : Number.POSITIVE_INFINITY;
}

/** Of several that any of would do, the one that was first: it stays first as others follow. */
function whereItRan(met: readonly Trial[], match: PromotionPolicy["promotesFromMatch"]): string {
  const first = met.toSorted((a, b) => a.metAt - b.metAt).slice(0, 1);
  const named = (match === "Any" ? first : met).map(({ origin }) => origin.words);
  return listed(named, "and");
}

function refusal({ environment, now }: PolicyInput, trials: readonly Trial[]) {
  const { name, promotionPolicy } = { ...environment.metadata, ...environment.spec };
  const any = promotionPolicy.promotesFromMatch === "Any";
  const open = trials.filter(({ metAt }) => metAt > now.getTime());
  const takes = `${name} takes what ran in ${listed(
    trials.map(({ origin }) => origin.words),
    any ? "or" : "and",
  )}`;
  const evidence = { until: Math.min(...open.map(({ metAt }) => metAt)) };
  const missing = (some: readonly Trial[]) =>
    listed(
      some.map((t) => t.origin.environment),
      "and",
    );
  const soaking = open.filter(({ metAt }) => Number.isFinite(metAt));
  const stuck = open.filter(({ metAt }) => !Number.isFinite(metAt));
  if (soaking.length > 0 && (any || stuck.length === 0)) {
    const times = soaking.map(({ metAt }) => metAt);
    const when = instant(any ? Math.min(...times) : Math.max(...times));
    return refused("Soaking", `${takes}; this image will have by ${when}.`, evidence);
  }
  const never = stuck.filter(({ ran }) => !ran);
  if (never.length > 0 && (!any || never.length === stuck.length)) {
    return refused(
      "NotRunBefore",
      `${takes}; this image never ran in ${missing(never)}.`,
      evidence,
    );
  }
  const ran = stuck.filter(({ ran }) => ran);
  return refused(
    "NotSoaked",
    `${takes}; this image ran in ${missing(ran)}, but not long enough in one stretch and healthy.`,
    evidence,
  );
}
