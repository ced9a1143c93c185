import { isDeepStrictEqual } from "node:util";
import { vi } from "vitest";
import { pointerName } from "../../../src/api/index.ts";
import type { Person } from "./ground-addresses.ts";
import { conditionOf, type ForgeObject, present, Workspace } from "./workspace.ts";

/** What tests look at in a ReleaseDeployment. */
export interface DeploymentObject {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly sequence: number;
    readonly release: { readonly number: number; readonly digest: string };
    readonly previous?: { readonly number: number };
    readonly generations?: { readonly from: number; readonly to: number };
    readonly request: {
      readonly type: string;
      readonly by?: string;
      readonly reason?: string;
      readonly automatic?: boolean;
      readonly id?: string;
    };
    readonly decision: { readonly allowed: boolean; readonly rules: readonly object[] };
    readonly approvals: readonly { readonly name: string; readonly approver: string }[];
  };
  readonly status: {
    readonly outcome: string;
    readonly git?: { readonly commit: string; readonly path: string };
    readonly committedAt?: string;
    readonly endedAt?: string;
    readonly countsFrom?: string;
    readonly foundInGit?: boolean;
    readonly health?: { readonly healthySince?: string };
  };
}

/** A workspace in which releases go from one environment to the next. */
export class Journey extends Workspace {
  #releases = 0;

  pointerName(environment: string): string {
    return pointerName(environment, this.repository, "auth");
  }

  /** A pointer by the name that forge itself gives it. */
  override pointer(environment: string, release: string, spec: object = {}): object {
    const pointer = super.pointer(environment, release, spec);
    return { ...pointer, metadata: { name: this.pointerName(environment) } };
  }

  /** Makes the next release, ready, and returns its number. */
  async released(spec: object = {}): Promise<number> {
    this.#releases += 1;
    const name = `release-${this.#releases}`;
    // Distinct from the first digit on: commits are asked for by their beginning too.
    const commit = `${this.#releases}c`.padStart(7, "a");
    await this.apply(this.release(name, commit, spec));
    const { status } = await this.waitFor("Ready", "release", name);
    return present(status.number);
  }

  async deployed(environment: string, number: number): Promise<ForgeObject> {
    const name = this.pointerName(environment);
    await vi.waitFor(
      async () => {
        const found = await this.deployedNumber(environment);
        if (found !== String(number)) throw new Error(`${found || "nothing"} runs, not ${number}`);
      },
      { timeout: 30_000, interval: 100 },
    );
    return this.get("releasepointer", name);
  }

  /** Applies staging, for main alone, and behind it production, where somebody approves. */
  async stagingBeforeProduction(): Promise<void> {
    const production = { requiresApproval: true, promotesFrom: [{ environment: "staging" }] };
    await this.apply(
      this.environment("staging", { allowedBranches: ["main"] }),
      this.environment("production", production),
    );
  }

  /** Makes so many releases, and deploys the first of them. */
  async firstDeployed(environment: string, releases: number): Promise<void> {
    for (let made = 0; made < releases; made += 1) await this.released();
    await this.apply(this.pointer(environment, "1"));
    await this.deployed(environment, 1);
  }

  /** Empty while nothing is deployed, or there is no pointer. */
  async deployedNumber(environment: string): Promise<string> {
    const name = this.pointerName(environment);
    const pointers = await this.reader.list<{
      readonly metadata: { readonly name: string };
      readonly status?: { readonly deployed?: { readonly number: number } };
    }>(this.namespace, "releasepointers");
    const found = pointers.find(({ metadata }) => metadata.name === name);
    return String(found?.status?.deployed?.number ?? "");
  }

  /** Changes what a pointer asks for, in somebody's name. */
  async ask(environment: string, spec: object, person?: Person): Promise<void> {
    const kubectl = person === undefined ? this.kubectl : this.as(person);
    const patch = JSON.stringify({ spec });
    await kubectl.output([
      ...["-n", this.namespace, "patch", "releasepointer", this.pointerName(environment)],
      ...["--type=merge", "-p", patch],
    ]);
  }

  /** Waits until the pointer, as it is asked for now, is refused for this reason. */
  async refused(environment: string, reason: string): Promise<string> {
    return vi.waitFor(
      async () => {
        const pointer = await this.get("releasepointer", this.pointerName(environment));
        const ready = conditionOf(pointer, "Ready");
        // A reason of the generation before says nothing of what is asked for now.
        const isCurrent = ready?.observedGeneration === pointer.metadata.generation;
        if (ready === undefined || ready.reason !== reason || !isCurrent)
          throw new Error(`the pointer says ${ready?.reason}, not ${reason}`);
        return ready.message;
      },
      { timeout: 30_000, interval: 100 },
    );
  }

  /** The records of an environment, in the order in which they were begun. */
  async records(environment: string): Promise<DeploymentObject[]> {
    const selector = `spec.environment=${environment}`;
    const list = await this.reader.list<DeploymentObject>(
      this.namespace,
      "releasedeployments",
      selector,
    );
    return list.toSorted((a, b) => a.spec.sequence - b.spec.sequence);
  }

  /** Waits for what became of an environment's deployments: `["Superseded", "Active"]`. */
  async outcomes(environment: string, expected: readonly string[]): Promise<DeploymentObject[]> {
    await vi.waitFor(
      async () => {
        const found = (await this.records(environment)).map(({ status }) => status.outcome);
        if (!isDeepStrictEqual(found, expected))
          throw new Error(`outcomes are ${found.join(", ")}`);
      },
      { timeout: 30_000, interval: 100 },
    );
    return this.records(environment);
  }

  /** A judgement of the release with this number, in somebody's name; returns its name. */
  async judge(
    person: Person,
    environment: string,
    number: number,
    spec: object = {},
  ): Promise<string> {
    const list = JSON.parse(
      await this.kubectl.output(["-n", this.namespace, "get", "releases", "-o", "json"]),
    ) as { items: (ForgeObject & { spec: { commit: string } })[] };
    const release = present(list.items.find(({ status }) => status.number === number));
    const name = `${environment}-${number}-${person}-${Date.now()}`;
    await this.as(person).apply(this.namespace, {
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleaseApproval",
      metadata: { name },
      spec: {
        environment,
        release: {
          repository: this.repository,
          project: "auth",
          commit: release.spec.commit,
          digest: present(release.status.image).digest,
        },
        decision: "Approve",
        approver: person,
        justification: "Seen on staging.",
        ...spec,
      },
    });
    return name;
  }
}
