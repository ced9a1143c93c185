import { join } from "node:path";
import { output } from "../../test/ground/index.ts";
import { followPointers, showDelivery } from "./argo-cd.ts";
import { pushImage } from "./images.ts";
import type { Narration } from "./narration.ts";
import { type ReleaseFields, release } from "./objects.ts";
import { namespace, type Parts } from "./parts.ts";
import { prepare } from "./prepare.ts";
import { readImage, readWebShop } from "./release-images.ts";
import { edit, type Repositories } from "./repositories.ts";
import { Stage } from "./stage.ts";

/** What a team does on its first day with forge. Throws when anything does not come out so. */
export async function act(parts: Parts, narration: Narration): Promise<void> {
  const repositories = await prepare(parts, narration);
  const story = new Story(parts, narration, repositories);
  await story.environments();
  await story.firstRelease();
  await story.deploy();
  if (parts.withArgoCD) await story.deliver();
  await story.refusal();
  await story.secondRelease();
  await story.rollback();
  await story.lookBack();
}

class Story {
  readonly #parts: Parts;
  readonly #narration: Narration;
  readonly #repositories: Repositories;
  readonly #stage: Stage;
  #firstDigest = "";

  constructor(parts: Parts, narration: Narration, repositories: Repositories) {
    this.#parts = parts;
    this.#narration = narration;
    this.#repositories = repositories;
    const { gitOpsUrl, sourceUrl } = repositories;
    this.#stage = new Stage(parts, narration, { GITOPS_URL: gitOpsUrl, SOURCE_URL: sourceUrl });
  }

  async environments(): Promise<void> {
    this.#narration.step(
      "Three environments: dev takes all, staging main and release/*, production tags of main",
    );
    const { username, password } = this.#parts.git.credentials;
    await this.#stage.kubectl.output(["create", "namespace", namespace]);
    await this.#stage.kubectl.apply(namespace, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "git-credentials" },
      stringData: { username, password },
    });
    await this.#stage.applyExample("environments.yaml");
    await this.#stage.bind("ci@company.com", "forge-releaser");
    await this.#stage.bind("alice@company.com", "forge-deployer");
    await this.#stage.bind("bob@company.com", "forge-deployer");
    await this.#stage.waitFor("Ready", "environment", "--all");
    await this.#stage.show("get", "environments");
  }

  async firstRelease(): Promise<void> {
    const { commit, tag } = this.#repositories;
    this.#narration.step(
      "Release auth-service, in YAML, and web-shop, in CUE, from one commit of the monorepo",
    );
    await this.#stage.applyExample("projects.yaml");
    const head = await commit("main", "auth-service 1.4.0, web-shop 2.0.1");
    await tag("auth-service/v1.4.0", head);
    await this.#stage.applyExample("release.yaml", { COMMIT: head }, "ci@company.com");
    const image = await pushImage(this.#parts, "web-shop", "2.0.1");
    await this.#release("web-shop-main", {
      project: "web-shop",
      commit: head,
      trigger: { type: "BranchPush", branch: "main" },
      version: "v2.0.1",
      artifacts: [{ name: "web-shop", type: "container-image", uri: image }],
    });
    await this.#stage.waitFor("Ready", "release", "--all");
    await this.#stage.show("get", "releases");
    await readWebShop(this.#stage, this.#narration, image);
    this.#firstDigest = await readImage(this.#stage, this.#narration, "auth-service-v1.4.0");
  }

  async deploy(): Promise<void> {
    this.#narration.step("Deploy release v1.4.0 to dev and to production");
    await this.#stage.point("dev", "v1.4.0", "alice@company.com", { type: "Deploy" });
    await this.#stage.applyExample("pointer.yaml", {}, "alice@company.com");
    for (const environment of ["dev", "production"]) {
      await this.#stage.waitForDeployment(environment, 1);
      await this.#showCommit(environment);
    }
  }

  async deliver(): Promise<void> {
    await followPointers(this.#stage, this.#narration, this.#repositories);
    await this.#showDelivery(1, ":1.4.0");
  }

  async refusal(): Promise<void> {
    this.#narration.step("A release of a feature branch is refused by staging");
    const head = await this.#repositories.commit("feature/passkeys", "Try passkeys", (folder) => {
      edit(join(folder, "services/auth-service/configmap.yaml"), "REQUIRE_MFA", "PASSKEYS");
    });
    await this.#release("auth-service-passkeys", {
      project: "auth-service",
      commit: head,
      trigger: { type: "BranchPush", branch: "feature/passkeys" },
    });
    await this.#stage.waitFor("Ready", "release", "auth-service-passkeys");
    const before = await this.#head();
    await this.#stage.point("staging", "feature/passkeys-2", "bob@company.com", { type: "Deploy" });
    await this.#stage.waitFor("Allowed=false", "releasepointer", "staging-auth-service");
    const field = (path: string) =>
      this.#stage.kubectl.field(namespace, "releasepointer", "staging-auth-service", path);
    this.#narration.found("reason", await field('.status.conditions[?(@.type=="Ready")].reason'));
    this.#narration.found(
      "in words",
      await field('.status.conditions[?(@.type=="Ready")].message'),
    );
    if ((await this.#head()) !== before) throw new Error("a refused pointer was committed");
    this.#narration.found("commits", "none");
    await this.#stage.forge("bob@company.com", "explain", "staging", "auth-service");
  }

  async secondRelease(): Promise<void> {
    this.#narration.step("The next version goes to production");
    const head = await this.#repositories.commit("main", "auth-service 1.5.0", (folder) => {
      edit(join(folder, "services/auth-service/deployment.yaml"), ":1.4.0", ":1.5.0");
    });
    await this.#repositories.tag("auth-service/v1.5.0", head);
    await this.#release("auth-service-v1.5.0", {
      project: "auth-service",
      commit: head,
      trigger: { type: "Tag", tag: "auth-service/v1.5.0", branch: "main" },
      version: "v1.5.0",
    });
    await this.#stage.waitFor("Ready", "release", "auth-service-v1.5.0");
    const digest = await readImage(this.#stage, this.#narration, "auth-service-v1.5.0");
    if (digest === this.#firstDigest) throw new Error("another release has the same image");
    await this.#stage.forge(
      "alice@company.com",
      ...["deploy", "production", "auth-service", "v1.5.0", "--wait"],
    );
    await this.#stage.waitForDeployment("production", 2);
    await this.#showCommit("production");
    await this.#showDelivery(2, ":1.5.0");
  }

  async rollback(): Promise<void> {
    this.#narration.step(
      "Back to v1.4.0: a deployment of the older release, with a commit of its own",
    );
    const reason = "Logins fail since 1.5.0";
    await this.#stage.forge(
      "bob@company.com",
      ...["rollback", "production", "auth-service", "--reason", reason, "--wait"],
    );
    await this.#stage.waitForDeployment("production", 3);
    await this.#showCommit("production");
    const by = await this.#stage.pointerField("production", ".spec.request.by");
    if (by !== "bob@company.com") throw new Error(`the rollback is said to be of ${by}`);
    const digest = await this.#stage.pointerField("production", ".status.deployed.digest");
    if (digest !== this.#firstDigest) throw new Error("the rollback deployed another image");
    await this.#showDelivery(3, ":1.4.0");
  }

  async lookBack(): Promise<void> {
    this.#narration.step("What runs where, and how it came to that");
    await this.#stage.show("get", "releases,environments,releasepointers");
    await this.#stage.forge("bob@company.com", "status");
    await this.#stage.forge("bob@company.com", "history", "production", "auth-service");
    const log = await this.#git("log", "--format=%h %an: %s");
    this.#narration.command("git log --format='%h %an: %s'");
    this.#narration.text(log);
    const commits = log.trim().split("\n").length;
    // The first commit, two deployments, the second version, the rollback.
    if (commits !== 5) throw new Error(`the GitOps repository has ${commits} commits, not 5`);
    await this.#git("fsck", "--strict");
    this.#narration.found("git fsck", "clean");
  }

  async #release(name: string, fields: Omit<ReleaseFields, "sourceUrl">): Promise<void> {
    const { sourceUrl } = this.#repositories;
    await this.#stage.release(release(name, { ...fields, sourceUrl }));
  }

  async #showDelivery(sequence: number, image: string): Promise<void> {
    if (!this.#parts.withArgoCD) return;
    await showDelivery(this.#stage, this.#narration, sequence, image);
  }

  async #showCommit(environment: string): Promise<void> {
    const [commit, number] = await Promise.all([
      this.#stage.pointerField(environment, ".status.git.commit"),
      this.#stage.pointerField(environment, ".status.deployed.number"),
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
}
