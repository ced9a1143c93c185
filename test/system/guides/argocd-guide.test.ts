import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTool } from "../../../tools/locate.ts";
import { argoCDNamespace, installArgoCD, output, run } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const settings = "examples/argocd/argocd-cm.yaml";

/** The steps of docs/argocd.md, and what its settings make Argo CD say. */
describe("the guide to Argo CD", () => {
  const { kubectl } = new Workspace("argocd-guide");
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "forge-guide-"));
    await installArgoCD(kubectl);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A command of the guide, against the tests' own API server. */
  async function follow(command: string): Promise<void> {
    const [program, ...args] = command.split(" ");
    expect(program).toBe("kubectl");
    const kubeconfig = ["--kubeconfig", new Workspace("x").ground.kubeconfig];
    await output(requireTool("kubectl"), [...kubeconfig, ...args], { cwd: root });
  }

  test("repo-server gets the plugin beside it", async () => {
    const labels = { "app.kubernetes.io/name": "argocd-repo-server" };
    await kubectl.apply(argoCDNamespace, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "argocd-repo-server" },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ name: "argocd-repo-server", image: "argocd" }],
            volumes: [{ name: "plugins", emptyDir: {} }],
          },
        },
      },
    });
    await follow(
      "kubectl -n argocd patch deployment argocd-repo-server --patch-file examples/argocd/repo-server-patch.yaml",
    );
    const names = await kubectl.field(
      argoCDNamespace,
      "deployment",
      "argocd-repo-server",
      ".spec.template.spec.containers[*].name",
    );
    expect(names.split(" ").toSorted()).toEqual(["argocd-repo-server", "forge"]);
  });

  test("the values for its chart say what the patch says", () => {
    const read = (name: string) => load(readFileSync(join(root, "examples/argocd", name), "utf8"));
    const { spec } = read("repo-server-patch.yaml") as {
      spec: {
        template: { spec: { containers: { name: string; env?: object }[]; volumes: object } };
      };
    };
    const { containers, volumes } = spec.template.spec;
    const own = containers.find(({ name }) => name === "argocd-repo-server");
    expect(read("values.yaml")).toEqual({
      repoServer: {
        env: own?.env,
        extraContainers: containers.filter((container) => container !== own),
        volumes,
      },
    });
  });

  test.each([{ file: "repo-server-patch.yaml" }, { file: "plugin.yaml" }])(
    "$file starts the plugin by a name that the image has",
    ({ file }) => {
      const text = readFileSync(join(root, "examples/argocd", file), "utf8");
      const [, program] = /command: \[([\w-]+)[,\]]/.exec(text) ?? [];
      expect(readFileSync(join(root, "hack/image/content.ts"), "utf8")).toContain("usr/local/bin");
      expect(existsSync(join(root, "cmd", program ?? ""))).toBe(true);
    },
  );

  test("Argo CD gets its settings, a first ApplicationSet, and forge its right", async () => {
    await follow(
      "kubectl -n argocd patch configmap argocd-cm --patch-file examples/argocd/argocd-cm.yaml",
    );
    await follow("kubectl -n argocd apply -f examples/argocd/applicationset-plugin.yaml");
    await follow(
      "kubectl -n argocd create rolebinding forge-controller --clusterrole=forge-controller-argocd --serviceaccount=forge-system:forge-controller",
    );
    await kubectl.output(["-n", argoCDNamespace, "delete", "applicationset", "forge-production"]);
    const data = await kubectl.field(argoCDNamespace, "configmap", "argocd-cm", ".data");
    expect(data).toContain("forge.dev/*");
  });

  test("the plugin server's own settings name the command", () => {
    const plugin = load(readFileSync(join(root, "examples/argocd/plugin.yaml"), "utf8")) as {
      spec: { generate: { command: string[] } };
    };
    expect(plugin.spec.generate.command.at(-1)).toBe("generate");
  });

  async function ask(question: readonly string[], status: object, spec: object = {}) {
    const file = join(folder, "object.json");
    const object = {
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleasePointer",
      metadata: { name: "auth", generation: 2 },
      spec: { release: "2", image: { repository: "r", digest: "d" }, ...spec },
      status,
    };
    writeFileSync(file, JSON.stringify(object));
    const [command = "", ...rest] = question;
    const args = ["admin", "settings", "resource-overrides", command, file, ...rest];
    const { stdout, stderr } = await run(
      requireTool("argocd"),
      [...args, "--argocd-cm-path", join(root, settings)],
      { env: { KUBECONFIG: join(folder, "none") } },
    );
    return `${stdout}${stderr}`;
  }

  const ready = (status: string, reason = "R") => ({
    type: "Ready",
    status,
    reason,
    message: "so",
  });
  test.each([
    { status: {}, health: "Progressing", because: "nothing was said yet" },
    {
      status: { observedGeneration: 2, conditions: [ready("True")] },
      health: "Healthy",
      because: "it is ready",
    },
    {
      status: { observedGeneration: 1, conditions: [ready("True")] },
      health: "Progressing",
      because: "that was said of an older spec",
    },
    {
      status: { observedGeneration: 2, conditions: [ready("Unknown")] },
      health: "Progressing",
      because: "it is on the way",
    },
    {
      status: { observedGeneration: 2, conditions: [ready("False")] },
      health: "Degraded",
      because: "it failed",
    },
    {
      status: {
        observedGeneration: 2,
        conditions: [ready("False"), { type: "Stalled", status: "True", message: "so" }],
      },
      health: "Degraded",
      because: "only a person can help",
    },
  ])("health is $health: $because", async ({ status, health }) => {
    expect(await ask(["health"], status)).toContain(`STATUS: ${health}`);
  });

  test("a suspended pointer is suspended", async () => {
    expect(await ask(["health"], {}, { suspend: true })).toContain("STATUS: Suspended");
  });

  test.each([
    { action: "hold", spec: {}, changes: ["hold:", "reason: Held in Argo CD"] },
    { action: "lift-hold", spec: { hold: { reason: "x" } }, changes: ["<   hold:"] },
    {
      action: "roll-back",
      spec: {},
      changes: ["release: abc", "type: Rollback", "<   image:"],
    },
    { action: "retry", spec: {}, changes: ['forge.dev/retries: "1"'] },
  ])("the action $action changes what it should", async ({ action, spec, changes }) => {
    const said = await ask(["run-action", action], { previous: { commit: "abc" } }, spec);
    for (const change of changes) expect(said).toContain(change);
  });
});
