/**
 * Flux as an agent: OCIRepositories of release images, and the Kustomizations that apply them.
 *
 * What follows a pointer file in Git bears its names as annotations, and the release's digest. So
 * after a push it is the GitRepository that is asked to look; whatever hangs on it follows.
 */
import { isDeepStrictEqual } from "node:util";
import { Informer, type KubeObject, keyOf, keyText } from "../../controller/kube/index.ts";
import {
  type Agent,
  type AgentDeps,
  type AwaitedDeployment,
  absentRetryMs,
  mayReportOn,
  sameRepository,
  type Watched,
} from "../delivery/index.ts";
import {
  digestOf,
  type FluxSource,
  gitRepositoryResource,
  type Kustomization,
  kustomizationResource,
  ociRepositoryResource,
  pointerKeysOf,
  requestedAtAnnotation,
  sourceKey,
  sourceKeysOf,
  trimKustomization,
  trimSource,
} from "./objects.ts";
import { type Applied, reportOf } from "./report.ts";

const fieldManager = "forge-delivery";
/** Beyond this all are forgotten: some are asked a second time. */
const maxAsked = 16_384;

export function createFlux(deps: AgentDeps, namespaces: readonly string[]): Agent {
  const places = namespaces.map((namespace) => new Place(deps, namespace));
  /** By pointer and GitRepository: the commit for which it was asked to look. */
  const asked = new Map<string, string>();

  async function ask(
    repository: FluxSource,
    { pointer, commit }: AwaitedDeployment,
    signal: AbortSignal,
  ): Promise<void> {
    const key = `${pointer} ${keyText(keyOf(repository))}`;
    if (asked.get(key) === commit) return;
    const { name, namespace, uid, annotations } = repository.metadata;
    if (asked.size >= maxAsked) asked.clear();
    asked.set(key, commit);
    if (annotations?.[requestedAtAnnotation] === commit) return;
    const body = {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      // With its uid, so that one that is gone is not made anew.
      metadata: { name, namespace, uid, annotations: { [requestedAtAnnotation]: commit } },
    };
    const options = { fieldManager, force: true, signal };
    await deps.client.apply(gitRepositoryResource, body, options);
  }

  return {
    watched: places.flatMap(({ watched }) => watched),
    look: async (awaited) => {
      const reports = places
        .flatMap((place) => place.appliedBy(awaited, places))
        .map((applied) => reportOf(awaited, applied));
      return {
        reports,
        wake: async (signal) => {
          const isSeen = reports.every(({ sync }) => sync === "Synced") && reports.length > 0;
          if (isSeen) return;
          for (const repository of places.flatMap((place) => place.gitRepositories(awaited.url))) {
            const has = digestOf(repository.status?.artifact?.revision)?.endsWith(awaited.commit);
            if (has !== true) await ask(repository, awaited, signal);
          }
        },
      };
    },
  };
}

/** Flux's objects in one namespace. */
class Place {
  readonly watched: readonly Watched[];
  readonly #git: Informer<FluxSource>;
  readonly #oci: Informer<FluxSource>;
  readonly #kustomizations: Informer<Kustomization>;
  readonly #isTenant: AgentDeps["isTenant"];

  constructor(deps: AgentDeps, namespace: string) {
    const { isTenant, ...others } = deps;
    this.#isTenant = isTenant;
    const shared = { ...others, namespace, absentRetryMs };
    this.#git = new Informer<FluxSource>({
      ...shared,
      resource: gitRepositoryResource,
      trim: trimSource,
    });
    this.#oci = new Informer<FluxSource>({
      ...shared,
      resource: ociRepositoryResource,
      indexes: {
        pointer: pointerKeysOf,
        key: ({ metadata }) => [sourceKey(metadata.namespace, metadata.name)],
      },
      trim: trimSource,
    });
    this.#kustomizations = new Informer<Kustomization>({
      ...shared,
      resource: kustomizationResource,
      indexes: { pointer: pointerKeysOf, source: sourceKeysOf },
      trim: trimKustomization,
    });
    const matters = (object: Kustomization, old: Kustomization) =>
      !isDeepStrictEqual(object.status, old.status) || !isDeepStrictEqual(object.spec, old.spec);
    this.watched = [
      // A commit that Flux has seen concerns nobody before it is applied.
      { informer: this.#git, keysOf: () => [], matters: () => false },
      { informer: this.#oci, keysOf: pointerKeysOf, matters },
      { informer: this.#kustomizations, keysOf: (object) => this.#pointersOf(object), matters },
    ];
  }

  gitRepositories(url: string): FluxSource[] {
    return this.#git.cache.list().filter(({ spec }) => sameRepository(spec?.url ?? "", url));
  }

  /** The Kustomizations here that bear a pointer's names, or apply an image that bears them. */
  appliedBy(
    { keys, pointer }: Pick<AwaitedDeployment, "keys" | "pointer">,
    places: readonly Place[],
  ): Applied[] {
    const found = new Map<string, Kustomization>();
    const mayReport = (object: KubeObject) => mayReportOn(object, pointer, this.#isTenant);
    const sources = places
      .flatMap((place) => keys.flatMap((key) => place.#oci.cache.byIndex("pointer", key)))
      .filter(mayReport);
    const applying = sources.flatMap(({ metadata }) =>
      this.#kustomizations.cache.byIndex("source", sourceKey(metadata.namespace, metadata.name)),
    );
    const named = keys.flatMap((key) => this.#kustomizations.cache.byIndex("pointer", key));
    for (const one of [...applying, ...named].filter(mayReport))
      found.set(keyText(keyOf(one)), one);
    return [...found.values()].map((kustomization) => ({
      kustomization,
      source: places
        .flatMap((place) => sourceKeysOf(kustomization).flatMap((key) => place.#source(key)))
        .at(0),
    }));
  }

  #source(key: string): FluxSource[] {
    return this.#oci.cache.byIndex("key", key);
  }

  #pointersOf(object: KubeObject): string[] {
    const sources = sourceKeysOf(object as Kustomization).flatMap((key) => this.#source(key));
    return [object, ...sources].flatMap(pointerKeysOf);
  }
}
