import type { ReleasePointer } from "../../api/index.ts";
import type { Fact } from "../ports.ts";
import { conditionOf, detailsOf, fingerprint } from "./fact.ts";

/**
 * The decision that a pointer shows. It is a new one when a verdict changed or what a refusal says,
 * when the release did, or when the whole turned from allowed to refused or back. What a rule says
 * that lets the release in is left out: it names what ran before, and changes with every deployment.
 */
export function decisionFacts({ metadata, spec, status }: ReleasePointer): Fact[] {
  const { decision, resolved } = status ?? {};
  const allowed = conditionOf(status, "Allowed");
  if (decision === undefined || resolved === undefined || allowed === undefined) return [];
  const { environment, repository, project, request } = spec;
  const { commit, number, version, digest } = resolved;
  const rules = decision.rules.map(({ message, ...verdict }) => ({
    ...verdict,
    ...(!verdict.passed && { message }),
  }));
  const since = allowed.lastTransitionTime;
  return [
    {
      key: `Decision/${metadata.uid}/${since}/${fingerprint([digest, rules])}`,
      kind: "Decision",
      event: decision.allowed ? "Allowed" : "Refused",
      time: since,
      namespace: metadata.namespace,
      ...{ environment, repository, project },
      actor: request?.by,
      subject: metadata.name,
      details: detailsOf({
        release: { commit, number, version, digest },
        request,
        rules,
        changesAt: decision.changesAt,
      }),
    },
  ];
}
