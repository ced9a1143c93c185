/**
 * What is done with a numbered Release, all or nothing: its source is read and held against its
 * claims, its artifacts are pinned, its manifests rendered and checked, and the whole is packaged.
 * Nothing is in the registry under the release's tag before the last write of the last step, so
 * that a failure leaves nothing behind, and a retry goes on from what is there.
 */
import { type ConditionType, ForgeError, type Project, type Release } from "../../api/index.ts";
import {
  countByKind,
  type Manifest,
  pinImages,
  type Rendered,
  refuseObjects,
  warningsOf,
} from "../../render/index.ts";
import { inSpan, type Span } from "../../telemetry/index.ts";
import { countsWithinBytes, limits, withinBytes } from "../bounded-status.ts";
import { imageRefusal } from "../image-ownership.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { projectOf } from "../sharding.ts";
import type { OwnCondition, Report } from "../status.ts";
import type { GrantedAliases } from "./granted-aliases.ts";
import { grantNames, type Names } from "./names.ts";
import { fieldsOf, pinArtifacts } from "./release-artifacts.ts";
import { releaseContent } from "./release-content.ts";
import type { Made } from "./release-report.ts";
import { type ReleaseSource, readSource } from "./release-source.ts";

type Step = "source" | "artifacts" | "rendering" | "packaging";

/** Which condition speaks of a step that failed; of the source, SourceNotVerified does otherwise. */
const conditionOf = {
  source: "Rendered",
  artifacts: "Rendered",
  rendering: "Rendered",
  packaging: "Packaged",
} as const satisfies Record<Step, ConditionType>;

/** One look at one Release. */
export class ReleaseSteps {
  readonly #deps: ReconcilerDeps;
  readonly #granted: GrantedAliases;
  readonly #release: Release;
  readonly #number: number;
  readonly #project: Project | undefined;
  readonly #conditions: OwnCondition[] = [];
  readonly #startedAt: number;
  #step: Step = "source";
  #image = "";

  constructor(
    deps: ReconcilerDeps,
    granted: GrantedAliases,
    release: Release,
    number: number,
    project: Project | undefined,
  ) {
    this.#deps = deps;
    this.#granted = granted;
    this.#release = release;
    this.#number = number;
    this.#project = project;
    this.#startedAt = deps.clock.monotonic();
  }

  /** @throws ForgeError of the step that failed */
  async run(signal: AbortSignal, span: Span): Promise<Made> {
    span.set({ "forge.release.number": this.#number });
    const source = await inSpan(span, "fetch source", () =>
      readSource(this.#deps, this.#release, signal),
    );
    this.#conditions.push({ type: "SourceVerified", ...source.verified });
    const { trigger } = this.#release.spec;
    const own = { ...trigger, verification: source.verified.reason };
    const named = { release: this.#release, number: this.#number, own };
    const names = await grantNames(this.#deps, this.#granted, named, signal);

    this.#step = "artifacts";
    const artifacts = await inSpan(span, "pin artifacts", () =>
      pinArtifacts(this.#deps, this.#release, this.#project, signal),
    );

    this.#step = "rendering";
    const rendered = await inSpan(span, "render", () => this.#render(source, artifacts, signal));
    const { manifests, unexplained } = pinImages(rendered.manifests, artifacts);
    refuseObjects(manifests, this.#project?.spec.objects ?? { clusterScoped: [] });
    this.#passed("Rendered", "Rendered", `${manifests.length} objects.`);

    this.#step = "packaging";
    const image = await this.#publish(source, names, manifests, artifacts, signal, span);
    return {
      ...names,
      image,
      ...commitTimeOf(source),
      resources: countsWithinBytes(countByKind(manifests), limits.resourceBytes),
      ...(unexplained.length > 0 && {
        unexplainedImages: withinBytes(
          unexplained.map((name) => name.slice(0, limits.imageBytes / 2)),
          limits.imageBytes,
        ),
      }),
      ...this.#warnings(manifests),
    };
  }

  ready(): Report {
    return {
      readiness: "ready",
      reason: "Packaged",
      message: `Release ${this.#number} is ${this.#image}.`,
      conditions: this.#conditions,
      outcome: { type: "done" },
    };
  }

  /** The failure, with the step that it came from. */
  failed(failure: Report): Report {
    const { reason } = failure;
    const message = `${this.#step}: ${failure.message}`;
    const type = reason === "SourceNotVerified" ? "SourceVerified" : conditionOf[this.#step];
    const { outcome } = failure;
    return {
      ...failure,
      message,
      outcome: outcome.type === "stall" ? { ...outcome, message } : outcome,
      conditions: [...this.#conditions, { type, status: "False", reason, message }],
    };
  }

  async #render(
    source: ReleaseSource,
    artifacts: Awaited<ReturnType<typeof pinArtifacts>>,
    signal: AbortSignal,
  ): Promise<Rendered> {
    const { files, folder } = source;
    const renderer = this.#deps.renderers.find((each) => each.accepts({ files, folder }));
    if (renderer === undefined) {
      throw new ForgeError("NoManifests", `nothing renders the files of folder "${folder}"`);
    }
    const rendered = await renderer.render(
      { files, folder, artifacts: fieldsOf(artifacts) },
      signal,
    );
    const isGitEvent = this.#release.spec.trigger.type !== "Manual";
    if (isGitEvent && rendered.release?.enabled === false) {
      throw new ForgeError(
        "ReleaseDisabled",
        "the project's own file says release: enabled: false, so that git events do not release it",
        { hint: "Change it in a later commit, or release this one by hand (trigger Manual)." },
      );
    }
    return rendered;
  }

  async #publish(
    source: ReleaseSource,
    names: Names,
    manifests: readonly Manifest[],
    artifacts: Awaited<ReturnType<typeof pinArtifacts>>,
    signal: AbortSignal,
    span: Span,
  ): Promise<Made["image"]> {
    const number = this.#number;
    const named = { release: this.#release, number, names };
    const content = releaseContent(this.#deps, named, source, manifests, artifacts);
    this.#refuseImage(content.registry);
    const { images } = this.#deps;
    const before = this.#release.status?.image?.digest;
    const published =
      before === undefined
        ? await images.publish(content, signal, span)
        : await images.publishAgain(content, before, signal, span);
    if (published.number !== number) {
      throw new ForgeError(
        "ImageTaken",
        `${published.ref} holds this release as number ${published.number}, and ${number} was given to it here`,
      );
    }
    const seconds = (this.#deps.clock.monotonic() - this.#startedAt) / 1_000;
    this.#deps.metrics.packaged(published.adopted ? "adopted" : "pushed", seconds);
    this.#image = `${published.ref}@${published.digest}`;
    this.#passed("Packaged", published.adopted ? "Adopted" : "Pushed", this.#image);
    const { ref, digest, size, resourcesDigest, metadataDigest } = published;
    return { ref, digest, size, resourcesDigest, metadataDigest };
  }

  /** The Project may have changed since: what is judged is what is written. */
  #refuseImage(registry: string): void {
    const { metadata, spec } = this.#release;
    const project = projectOf(this.#deps, this.#release);
    const refusal = imageRefusal(this.#deps, {
      metadata,
      status: project?.status,
      spec: { repository: spec.repository, name: spec.project, registry },
    });
    if (refusal !== undefined) throw refusal;
  }

  #warnings(manifests: readonly Manifest[]): Pick<Made, "warnings"> {
    const warnings = warningsOf(manifests);
    const kept = withinBytes(
      warnings.map((text) => text.slice(0, limits.warningBytes)),
      limits.warningBytes,
    ).slice(0, 15);
    const more = warnings.length - kept.length;
    if (warnings.length === 0) return {};
    return { warnings: [...kept, ...(more > 0 ? [`And ${more} more.`] : [])] };
  }

  #passed(type: ConditionType, reason: string, message: string): void {
    this.#conditions.push({ type, status: "True", reason, message });
  }
}

/** Git takes any time for a commit's; what is none of a calendar is left out. */
function commitTimeOf({ commit }: ReleaseSource): Pick<Made, "commitTime"> {
  const time = new Date(commit?.time ?? "");
  const year = time.getUTCFullYear();
  return year >= 1970 && year <= 9_999 ? { commitTime: time.toISOString() } : {};
}
