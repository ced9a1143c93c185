import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Kubectl, output } from "../../test/ground/index.ts";
import { requireTool } from "../../tools/locate.ts";
import { pushImage } from "./images.ts";
import type { Narration } from "./narration.ts";
import { type Parts, type Person, root } from "./parts.ts";
import { prepare } from "./prepare.ts";
import { edit, type Repositories } from "./repositories.ts";

const namespace = "shop";
const wait = "--timeout=60s";

/** What a team does on its first day with forge. Throws when anything does not come out so. */
export async function act(parts: Parts, narration: Narration): Promise<void> {
  const story = new Story(parts, narration, await prepare(parts, narration));
  await story.environments();
  await story.firstRelease();
  await story.deploy();
  await story.refusal();
  await story.secondRelease();
  await story.rollback();
  await story.lookBack();
}

class Story {
  readonly #parts: Parts;
  readonly #narration: Narration;
  readonly #repositories: Repositories;
  readonly #kubectl: Kubectl;
  #firstDigest = "";

  constructor(parts: Parts, narration: Narration, repositories: Repositories) {
    this.#parts = parts;
    this.#narration = narration;
    this.#repositories = repositories;
    this.#kubectl = parts.kubectl;
  }

  async environments(): Promise<void> {
    this.#narration.step(
      "Three environments: dev takes all, staging main and release/*, production tags of main",
    );
    const { username, password } = this.#parts.git.credentials;
    await this.#kubectl.output(["create", "namespace", namespace]);
    await this.#kubectl.apply(namespace, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "git-credentials" },
      stringData: { username, password },
    });
    await this.#applyExample("environments.yaml", {});
    await this.#bind("ci@company.com", "forge-releaser");
    await this.#bind("alice@company.com", "forge-deployer");
    await this.#bind("bob@company.com", "forge-deployer");
    await this.#waitFor("Ready", "environment", "--all");
    await this.#show("get", "environments");
  }

  async firstRelease(): Promise<void> {
    const { commit, tag } = this.#repositories;
    this.#narration.step(
      "Release auth-service, in YAML, and web-shop, in CUE, from one commit of the monorepo",
    );
    await this.#applyExample("projects.yaml", {});
    const head = await commit("main", "auth-service 1.4.0, web-shop 2.0.1");
    await tag("auth-service/v1.4.0", head);
    await this.#applyExample("release.yaml", { COMMIT: head }, "ci@company.com");
    const image = await pushImage(this.#parts, "web-shop", "2.0.1");
    await this.#release("web-shop-main", head, { type: "BranchPush", branch: "main" }, "web-shop", {
      version: "v2.0.1",
      artifacts: [{ name: "web-shop", type: "container-image", uri: image }],
    });
    await this.#waitFor("Ready", "release", "--all");
    await this.#show("get", "releases");
    await this.#readWebShop(image);
    this.#firstDigest = await this.#readImage("auth-service-v1.4.0");
  }

  async deploy(): Promise<void> {
    this.#narration.step("Deploy release v1.4.0 to dev and to production");
    await this.#point("dev", "v1.4.0", "alice@company.com", { type: "Deploy" });
    await this.#applyExample("pointer.yaml", {}, "alice@company.com");
    for (const environment of ["dev", "production"]) {
      await this.#waitForDeployment(environment, 1);
      await this.#showCommit(environment);
    }
  }

  async refusal(): Promise<void> {
    this.#narration.step("A release of a feature branch is refused by staging");
    const head = await this.#repositories.commit("feature/passkeys", "Try passkeys", (folder) => {
      edit(join(folder, "services/auth-service/configmap.yaml"), "REQUIRE_MFA", "PASSKEYS");
    });
    const trigger = { type: "BranchPush", branch: "feature/passkeys" };
    await this.#release("auth-service-passkeys", head, trigger, "auth-service");
    await this.#waitFor("Ready", "release", "auth-service-passkeys");
    const before = await this.#head();
    await this.#point("staging", "feature/passkeys-2", "bob@company.com", { type: "Deploy" });
    await this.#waitFor("Allowed=false", "releasepointer", "staging-auth-service");
    const field = (path: string) =>
      this.#kubectl.field(namespace, "releasepointer", "staging-auth-service", path);
    this.#narration.found("reason", await field('.status.conditions[?(@.type=="Ready")].reason'));
    this.#narration.found(
      "in words",
      await field('.status.conditions[?(@.type=="Ready")].message'),
    );
    if ((await this.#head()) !== before) throw new Error("a refused pointer was committed");
    this.#narration.found("commits", "none");
  }

  async secondRelease(): Promise<void> {
    this.#narration.step("The next version goes to production");
    const head = await this.#repositories.commit("main", "auth-service 1.5.0", (folder) => {
      edit(join(folder, "services/auth-service/deployment.yaml"), ":1.4.0", ":1.5.0");
    });
    await this.#repositories.tag("auth-service/v1.5.0", head);
    const trigger = { type: "Tag", tag: "auth-service/v1.5.0", branch: "main" };
    await this.#release("auth-service-v1.5.0", head, trigger, "auth-service", {
      version: "v1.5.0",
    });
    await this.#waitFor("Ready", "release", "auth-service-v1.5.0");
    const digest = await this.#readImage("auth-service-v1.5.0");
    if (digest === this.#firstDigest) throw new Error("another release has the same image");
    await this.#point("production", "v1.5.0", "alice@company.com", { type: "Deploy" });
    await this.#waitForDeployment("production", 2);
    await this.#showCommit("production");
  }

  async rollback(): Promise<void> {
    this.#narration.step(
      "Back to v1.4.0: a deployment of the older release, with a commit of its own",
    );
    const reason = "Logins fail since 1.5.0";
    await this.#point("production", "v1.4.0", "bob@company.com", { type: "Rollback", reason });
    await this.#waitForDeployment("production", 3);
    await this.#showCommit("production");
    const by = await this.#pointerField("production", ".spec.request.by");
    if (by !== "bob@company.com") throw new Error(`the rollback is said to be of ${by}`);
    const digest = await this.#pointerField("production", ".status.deployed.digest");
    if (digest !== this.#firstDigest) throw new Error("the rollback deployed another image");
  }

  async lookBack(): Promise<void> {
    this.#narration.step("What runs where, and how it came to that");
    await this.#show("get", "releases,environments,releasepointers");
    const log = await this.#git("log", "--format=%h %an: %s");
    this.#narration.command("git log --format='%h %an: %s'");
    this.#narration.text(log);
    const commits = log.trim().split("\n").length;
    // The first commit, two deployments, the second version, the rollback.
    if (commits !== 5) throw new Error(`the GitOps repository has ${commits} commits, not 5`);
    await this.#git("fsck", "--strict");
    this.#narration.found("git fsck", "clean");
  }

  /** Gives somebody a ClusterRole in the namespace of the demo. */
  async #bind(person: Person, role: string): Promise<void> {
    const name = `${person.split("@")[0]}-${role}`;
    const words = ["create", "rolebinding", name, `--clusterrole=${role}`, `--user=${person}`];
    this.#narration.command(`kubectl -n ${namespace} ${words.join(" ")}`);
    await this.#kubectl.output(["-n", namespace, ...words]);
  }

  async #applyExample(
    file: string,
    values: Readonly<Record<string, string>>,
    person?: Person,
  ): Promise<void> {
    const known: Record<string, string> = {
      GITOPS_URL: this.#repositories.gitOpsUrl,
      SOURCE_URL: this.#repositories.sourceUrl,
      ...values,
    };
    const path = join(root, "examples", "forge", file);
    const text = readFileSync(path, "utf8").replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => {
      const value = known[name];
      if (value === undefined) throw new Error(`${file} asks for ${name}`);
      return value;
    });
    const kubectl = person === undefined ? this.#kubectl : this.#parts.kubectlOf(person);
    const who = person === undefined ? "" : `   # by ${person}`;
    this.#narration.command(`kubectl -n ${namespace} apply -f examples/forge/${file}${who}`);
    await kubectl.output(["-n", namespace, "apply", "-f", "-"], text);
  }

  async #release(
    name: string,
    commit: string,
    trigger: object,
    project: string,
    more: { readonly version?: string; readonly artifacts?: readonly object[] } = {},
  ): Promise<void> {
    this.#narration.command(`kubectl -n ${namespace} apply -f ${name}.yaml   # by ci@company.com`);
    await this.#parts.kubectlOf("ci@company.com").apply(namespace, {
      apiVersion: "forge.dev/v1alpha1",
      kind: "Release",
      metadata: { name },
      spec: {
        repository: "company/monorepo",
        project,
        commit,
        trigger,
        ...more,
        source: {
          git: {
            url: this.#repositories.sourceUrl,
            path: `services/${project}`,
            secretRef: { name: "git-credentials" },
          },
        },
      },
    });
  }

  async #point(
    environment: string,
    release: string,
    person: Person,
    request: object,
  ): Promise<void> {
    const name = `${environment}-auth-service`;
    const spec = {
      environment,
      repository: "company/monorepo",
      project: "auth-service",
      release,
      request,
    };
    this.#narration.command(
      `kubectl -n ${namespace} apply -f ${name}.yaml   # release: ${release}, request: ${JSON.stringify(request)}, by ${person}`,
    );
    await this.#parts.kubectlOf(person).apply(namespace, {
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleasePointer",
      metadata: { name },
      spec,
    });
  }

  async #waitFor(condition: string, ...what: string[]): Promise<void> {
    await this.#kubectl.output([
      "-n",
      namespace,
      "wait",
      `--for=condition=${condition}`,
      ...what,
      wait,
    ]);
  }

  async #waitForDeployment(environment: string, sequence: number): Promise<void> {
    await this.#kubectl.output([
      "-n",
      namespace,
      "wait",
      `--for=jsonpath={.status.git.deployment}=${await this.#deploymentName(environment, sequence)}`,
      "releasepointer",
      `${environment}-auth-service`,
      wait,
    ]);
    await this.#waitFor("Ready", "releasepointer", `${environment}-auth-service`);
  }

  /** forge names deployments by environment, project, a hash and a sequence. */
  async #deploymentName(environment: string, sequence: number): Promise<string> {
    return `${environment}-auth-service-086668ff-${sequence}`;
  }

  #pointerField(environment: string, path: string): Promise<string> {
    return this.#kubectl.field(namespace, "releasepointer", `${environment}-auth-service`, path);
  }

  /** The image that web-shop.cue names as @artifact("web-shop.uri") carries the digest. */
  async #readWebShop(image: string): Promise<void> {
    const field = (path: string) =>
      this.#kubectl.field(namespace, "release", "web-shop-main", path);
    const verified = await field('.status.conditions[?(@.type=="SourceVerified")].status');
    this.#narration.found("verified", verified);
    if (verified !== "True") throw new Error("the source of web-shop-main was not verified");
    const crane = (...args: string[]) => output(requireTool("crane"), [...args, "--insecure"]);
    const ref = (await field(".status.image.ref")).replace(/:[0-9a-f]+$/, "");
    const { layers } = JSON.parse(
      await crane("manifest", `${ref}@${await field(".status.image.digest")}`),
    ) as { layers: { digest: string }[] };
    const blob = `"${requireTool("crane")}" blob --insecure "${ref}@${layers[0]?.digest}"`;
    const resources = await output("sh", ["-c", `${blob} | tar -xzO`]);
    const digest = (await crane("digest", image)).trim();
    this.#narration.found("image", `${image}@${digest}`);
    if (!resources.includes(`${image}@${digest}`)) throw new Error("the image is not pinned");
  }

  /** Reads a release's image with crane, and holds it against the status. */
  async #readImage(release: string): Promise<string> {
    const field = (path: string) => this.#kubectl.field(namespace, "release", release, path);
    const [number, ref, digest, commit] = await Promise.all(
      [".status.number", ".status.image.ref", ".status.image.digest", ".spec.commit"].map(field),
    );
    const crane = (...args: string[]) => output(requireTool("crane"), [...args, "--insecure"]);
    this.#narration.found("release", `${number} of commit ${commit?.slice(0, 12)}`);
    this.#narration.command(`crane digest ${ref}`);
    const read = (await crane("digest", ref ?? "")).trim();
    this.#narration.found("digest", read);
    if (read !== digest) throw new Error(`crane reads ${read}, the status says ${digest}`);
    const archive = await crane("manifest", `${ref?.replace(/:[0-9a-f]+$/, "")}@${read}`);
    const layers = (JSON.parse(archive) as { layers: { mediaType: string }[] }).layers;
    for (const { mediaType } of layers) this.#narration.found("layer", mediaType);
    return read;
  }

  async #showCommit(environment: string): Promise<void> {
    const [commit, number] = await Promise.all([
      this.#pointerField(environment, ".status.git.commit"),
      this.#pointerField(environment, ".status.deployed.number"),
    ]);
    this.#narration.found(environment, `release ${number} by commit ${commit.slice(0, 12)}`);
    this.#narration.command(`git show ${commit.slice(0, 12)}`);
    this.#narration.text(await this.#git("show", "--format=%B", "--unified=1", commit));
  }

  async #head(): Promise<string> {
    return (await this.#git("rev-parse", "main")).trim();
  }

  #git(...args: string[]): Promise<string> {
    return output("git", ["-C", this.#repositories.gitOpsFolder, ...args]);
  }

  async #show(...args: string[]): Promise<void> {
    this.#narration.command(`kubectl -n ${namespace} ${args.join(" ")}`);
    this.#narration.text(await this.#kubectl.output(["-n", namespace, ...args]));
  }
}
