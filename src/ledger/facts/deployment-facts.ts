import type { ReleaseDeployment } from "../../api/index.ts";
import type { Fact } from "../ports.ts";
import { conditionOf, detailsOf } from "./fact.ts";

/** A deployment as the log of its branch in Git tells it: part of what the GitOps writer reads. */
export interface LoggedDeployment {
  readonly id: string;
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  readonly commit: string;
  readonly number: number;
  readonly version?: string | undefined;
  readonly digest?: string | undefined;
  readonly type: string;
  readonly by?: string;
  readonly reason?: string;
  readonly sequence?: number;
  readonly gitCommit: string;
  readonly path: string;
  readonly time: string;
}

/** Keyed by name and not by uid: the name is unique for ever, and Git knows it too. */
const keyOf = (namespace: string, name: string, event: string): string =>
  `Deployment/${namespace}/${name}/${event}`;

/** What the record of a deployment tells: what was ordered and why, and what became of it. */
export function deploymentFacts({ metadata, spec, status }: ReleaseDeployment): Fact[] {
  const { namespace, name } = metadata;
  const { environment, repository, project, request, ...rest } = spec;
  const place = {
    kind: "Deployment" as const,
    ...{ namespace, environment, repository, project },
    actor: request.by,
    subject: name,
  };
  const add = (event: string, time: string | undefined, details: object): Fact => ({
    ...place,
    key: keyOf(namespace, name, event),
    event,
    time,
    details: detailsOf(details),
  });
  const facts = [add("Begun", metadata.creationTimestamp, { request, ...rest })];
  const { outcome, git, committedAt, endedAt } = status ?? {};
  if (git !== undefined && committedAt !== undefined) {
    facts.push(add("Committed", committedAt, { git }));
  }
  const stalled = conditionOf(status, "Stalled");
  if (outcome === "Blocked") facts.push(add("Blocked", undefined, {}));
  if (outcome === "Failed") {
    facts.push(add("Failed", stalled?.lastTransitionTime, { failure: stalled?.message }));
  }
  if (outcome === "Superseded" || outcome === "RolledBack") facts.push(add(outcome, endedAt, {}));
  return facts;
}

/** The same of one whose record is gone; what was decided then, Git does not say. */
export function loggedDeploymentFacts(namespace: string, logged: LoggedDeployment): Fact[] {
  const { id, environment, repository, project, by, type, reason, sequence, time } = logged;
  const { commit, number, version, digest, gitCommit, path } = logged;
  const place = {
    kind: "Deployment" as const,
    ...{ namespace, environment, repository, project, time },
    actor: by,
    subject: id,
  };
  return [
    {
      ...place,
      key: keyOf(namespace, id, "Begun"),
      event: "Begun",
      details: detailsOf({
        request: { type, by, reason },
        release: { commit, number, version, digest },
        sequence,
      }),
    },
    {
      ...place,
      key: keyOf(namespace, id, "Committed"),
      event: "Committed",
      details: { git: { commit: gitCommit, path } },
    },
  ];
}
