import { originOf, type Release } from "../../api/index.ts";
import type { Fact } from "../ports.ts";
import { conditionOf, detailsOf } from "./fact.ts";

/**
 * What a Release tells: that it was asked for, and what became of it. Packaged and Named are those
 * of the triplet, whose image outlives the object; the rest belongs to the object.
 */
export function releaseFacts(release: Release): Fact[] {
  const { metadata, spec, status } = release;
  const { namespace, name, uid } = metadata;
  const { repository, project, commit, version, trigger, artifacts, source } = spec;
  const place = { kind: "Release" as const, namespace, repository, project, subject: name };
  const triplet = `Release/${namespace}/${repository}/${project}/${commit}`;
  const { number, image, resources, aliases = [] } = status ?? {};
  const facts: Fact[] = [
    {
      ...place,
      key: `Release/${uid}/Requested`,
      event: "Requested",
      time: metadata.creationTimestamp,
      actor: trigger.actor,
      details: detailsOf({
        ...{ commit, version, trigger, artifacts },
        source: withoutContent(source),
        requestId: originOf(release)?.requestId,
      }),
    },
  ];
  const packaged = conditionOf(status, "Packaged");
  if (image !== undefined && number !== undefined && packaged?.status === "True") {
    facts.push({
      ...place,
      key: `${triplet}/Packaged/${image.digest}`,
      event: "Packaged",
      time: packaged.lastTransitionTime,
      details: detailsOf({ commit, number, version, image, resources }),
    });
    for (const { type, value } of aliases) {
      facts.push({
        ...place,
        key: `${triplet}/Named/${type}/${value}`,
        event: "Named",
        details: detailsOf({ commit, number, type, value }),
      });
    }
  }
  return [...facts, ...endings(release, place)];
}

/** Inline manifests may have a megabyte, and caches leave them out: the image has them. */
function withoutContent({ git, oci }: Release["spec"]["source"]): object {
  return { ...(git && { git }), ...(oci && { oci }) };
}

/** The ways in which a Release ends otherwise than as an image. */
function endings(
  { metadata, spec, status }: Release,
  place: Omit<Fact, "key" | "event" | "details">,
) {
  const { commit } = spec;
  const { joined, conflictsWith, replacedBy } = status ?? {};
  const facts: Fact[] = [];
  const add = (event: string, details: object, time?: string, key = event) => {
    facts.push({
      ...place,
      key: `Release/${metadata.uid}/${key}`,
      event,
      time,
      details: detailsOf({ commit, ...details }),
    });
  };
  if (joined) add("Joined", { release: joined });
  if (conflictsWith) add("Conflicted", { release: conflictsWith });
  if (replacedBy) add("Replaced", { release: replacedBy });
  const stalled = conditionOf(status, "Stalled");
  if (stalled?.status === "True" && !joined && !conflictsWith) {
    const { reason, message, lastTransitionTime } = stalled;
    add("Failed", { reason, message }, lastTransitionTime, `Failed/${lastTransitionTime}`);
  }
  return facts;
}
