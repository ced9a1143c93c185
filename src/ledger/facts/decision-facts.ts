import type { ReleasePointer } from "../../api/index.ts";
import type { Fact } from "../ports.ts";
import { conditionOf, detailsOf, fingerprint } from "./fact.ts";

/**
 * The decision that a pointer shows. It is a new one when the verdict on any rule changed, the
 * release did, or the whole turned from allowed to refused or back; not when only its words did.
 */
export function decisionFacts({ metadata, spec, status }: ReleasePointer): Fact[] {
  const { decision, resolved } = status ?? {};
  const allowed = conditionOf(status, "Allowed");
  if (decision === undefined || resolved === undefined || allowed === undefined) return [];
  const { environment, repository, project, request } = spec;
  const { commit, number, version, digest } = resolved;
  const verdicts = decision.rules.map(({ message: _, ...verdict }) => verdict);
  const since = allowed.lastTransitionTime;
  return [
    {
      key: `Decision/${metadata.uid}/${since}/${fingerprint([digest, verdicts])}`,
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
        rules: decision.rules,
        changesAt: decision.changesAt,
      }),
    },
  ];
}
