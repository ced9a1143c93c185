import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deploymentName } from "../../src/api/index.ts";
import type { Kubectl } from "../../test/ground/index.ts";
import type { Narration } from "./narration.ts";
import { pointer, repository } from "./objects.ts";
import { namespace, type Parts, type Person } from "./parts.ts";
import { root } from "./root.ts";

const wait = "--timeout=60s";

/** What the demo's people do by kubectl, told as they do it. */
export class Stage {
  readonly #parts: Parts;
  readonly #narration: Narration;
  readonly #known: Readonly<Record<string, string>>;
  readonly kubectl: Kubectl;

  /** @param known what the examples' ${…} stand for */
  constructor(parts: Parts, narration: Narration, known: Readonly<Record<string, string>>) {
    this.#parts = parts;
    this.#narration = narration;
    this.#known = known;
    this.kubectl = parts.kubectl;
  }

  /** Gives somebody a ClusterRole in the namespace of the demo. */
  async bind(person: Person, role: string): Promise<void> {
    const name = `${person.split("@")[0]}-${role}`;
    const words = ["create", "rolebinding", name, `--clusterrole=${role}`, `--user=${person}`];
    this.#narration.command(`kubectl -n ${namespace} ${words.join(" ")}`);
    await this.kubectl.output(["-n", namespace, ...words]);
  }

  async applyExample(
    file: string,
    values: Readonly<Record<string, string>> = {},
    person?: Person,
  ): Promise<void> {
    const known = { ...this.#known, ...values };
    const path = join(root, "examples", "forge", file);
    const text = readFileSync(path, "utf8").replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => {
      const value = known[name];
      if (value === undefined) throw new Error(`${file} asks for ${name}`);
      return value;
    });
    const kubectl = person === undefined ? this.kubectl : this.#parts.kubectlOf(person);
    const who = person === undefined ? "" : `   # by ${person}`;
    this.#narration.command(`kubectl -n ${namespace} apply -f examples/forge/${file}${who}`);
    await kubectl.output(["-n", namespace, "apply", "-f", "-"], text);
  }

  /** Applies a Release as the pipeline does. */
  async release(object: { readonly metadata: { readonly name: string } }): Promise<void> {
    const { name } = object.metadata;
    this.#narration.command(`kubectl -n ${namespace} apply -f ${name}.yaml   # by ci@company.com`);
    await this.#parts.kubectlOf("ci@company.com").apply(namespace, object);
  }

  /** Points an environment at a release of auth-service. */
  async point(
    environment: string,
    release: string,
    person: Person,
    request: object,
  ): Promise<void> {
    const object = pointer(environment, release, request);
    this.#narration.command(
      `kubectl -n ${namespace} apply -f ${object.metadata.name}.yaml   # release: ${release}, request: ${JSON.stringify(request)}, by ${person}`,
    );
    await this.#parts.kubectlOf(person).apply(namespace, object);
  }

  /** Types a forge command as one of the people, and shows what it says. */
  async forge(person: Person, ...args: string[]): Promise<void> {
    const typed = args.map((word) => (word.includes(" ") ? `"${word}"` : word)).join(" ");
    this.#narration.command(`forge ${typed}   # by ${person}`);
    const { code, stdout, stderr } = await this.#parts.forgeOf(person).run(...args);
    this.#narration.text(stderr + stdout);
    if (code !== 0) throw new Error(`forge ${typed} ended with ${code}`);
  }

  async waitFor(condition: string, ...what: string[]): Promise<void> {
    const args = ["-n", namespace, "wait", `--for=condition=${condition}`, ...what, wait];
    await this.kubectl.output(args);
  }

  /** Until the pointer's deployment of that sequence is committed. */
  async waitForDeployment(environment: string, sequence: number): Promise<void> {
    await this.waitForField(environment, ".status.git.deployment", sequence);
    await this.waitFor("Ready", "releasepointer", `${environment}-auth-service`);
  }

  /** Until a field of the pointer names its deployment of that sequence. */
  async waitForField(environment: string, path: string, sequence: number): Promise<void> {
    const name = deploymentName(environment, repository, "auth-service", sequence);
    const args = ["wait", `--for=jsonpath={${path}}=${name}`, "releasepointer"];
    await this.kubectl.output([
      ...["-n", namespace, ...args],
      ...[`${environment}-auth-service`, wait],
    ]);
  }

  pointerField(environment: string, path: string): Promise<string> {
    return this.kubectl.field(namespace, "releasepointer", `${environment}-auth-service`, path);
  }

  async show(...args: string[]): Promise<void> {
    this.#narration.command(`kubectl -n ${namespace} ${args.join(" ")}`);
    this.#narration.text(await this.kubectl.output(["-n", namespace, ...args]));
  }
}
