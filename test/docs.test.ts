import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const pages = globSync("{*.md,{docs,src,test,tools,controller}/**/*.md}", { cwd: root }).map(
  (path) => ({ path, text: readFileSync(join(root, path), "utf8") }),
);

/** Which test runs a command that the docs show. */
const runBy: Readonly<Record<string, string>> = {
  "make demo": "test/system/install/demo.test.ts",
  // This file is part of what it runs.
  "make test": "hack/run-tests.ts",
  "make check": "hack/run-tests.ts",
  "make unit": "hack/run-tests.ts",
  "make test-e2e": "hack/run-tests.ts",
  "make build": "test/system/install/bundle.test.ts",
  "make image PUSH=registry.example.com/forge:0.1.0": "test/system/install/image.test.ts",
  "helm install forge charts/forge --namespace forge-system --create-namespace --values values.yaml":
    "test/system/install/chart-install.test.ts",
  "helm package charts/forge": "test/system/install/chart-push.test.ts",
  "helm push forge-0.1.0.tgz oci://registry.example.com/charts":
    "test/system/install/chart-push.test.ts",
  "helm install forge oci://registry.example.com/charts/forge --version 0.1.0 --namespace forge-system --create-namespace --values values.yaml":
    "test/system/install/chart-push.test.ts",
  "helm upgrade forge charts/forge --namespace forge-system --values values.yaml":
    "test/system/install/chart-upgrade.test.ts",
  "helm uninstall forge --namespace forge-system": "test/system/install/chart-upgrade.test.ts",
  "forge check --downgrade": "test/system/cli/check-downgrade.test.ts",
  "kubectl apply -f crds/": "test/system/install/bundle.test.ts",
  "node dist/forge-controller.js --registry registry.example.com/releases":
    "test/system/install/bundle.test.ts",
  "crane digest registry.example.com/releases/company/monorepo/auth:$COMMIT":
    "test/system/registry/image-readers.test.ts",
  "crane manifest registry.example.com/releases/company/monorepo/auth:$COMMIT":
    "test/system/registry/image-readers.test.ts",
  "crane blob registry.example.com/releases/company/monorepo/auth@$LAYER | tar -tz":
    "test/system/registry/image-readers.test.ts",
  "skopeo inspect --raw docker://registry.example.com/releases/company/monorepo/auth:$COMMIT":
    "test/system/registry/image-readers.test.ts",
  "skopeo copy docker://registry.example.com/releases/company/monorepo/auth:$COMMIT oci:release:$COMMIT":
    "test/system/registry/image-readers.test.ts",
  "kubectl -n argocd patch deployment argocd-repo-server --patch-file examples/argocd/repo-server-patch.yaml":
    "test/system/guides/argocd-guide.test.ts",
  "kubectl -n argocd patch configmap argocd-cm --patch-file examples/argocd/argocd-cm.yaml":
    "test/system/guides/argocd-guide.test.ts",
  "kubectl -n argocd apply -f examples/argocd/applicationset-plugin.yaml":
    "test/system/guides/argocd-guide.test.ts",
  "kubectl -n argocd create rolebinding forge-controller --clusterrole=forge-controller-argocd --serviceaccount=forge-system:forge-controller":
    "test/system/guides/argocd-guide.test.ts",
};

/** Pages that a test runs from beginning to end, command by command. */
const runWhole: Readonly<Record<string, string>> = {
  "docs/api.md": "test/system/guides/api-guide.test.ts",
  "docs/cli.md": "test/system/guides/cli-guide.test.ts",
  "docs/flux.md": "test/system/guides/flux-guide.test.ts",
  "docs/projects.md": "test/system/guides/projects-guide.test.ts",
  "docs/rollback.md": "test/system/guides/rollback-guide.test.ts",
};

describe("the docs", () => {
  test("show only commands that a test runs", () => {
    const listed = pages.filter(({ path }) => !(path in runWhole));
    const commands = listed.flatMap(({ text }) =>
      [...text.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
        block.trim().split("\n"),
      ),
    );
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.filter((command) => !(command in runBy))).toEqual([]);
    const tests = [...Object.values(runBy), ...Object.values(runWhole)];
    expect(tests.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  test("name only targets that the Makefile has", () => {
    const makefile = readFileSync(join(root, "Makefile"), "utf8");
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/`make ([a-z0-9-]+)/g)].map(([, target]) => ({ path, target })),
    );
    const unknown = named.filter(({ target }) => !makefile.includes(`\n${target}:`));
    expect(unknown).toEqual([]);
  });

  test("link only to what is there", () => {
    const links = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = ""]) => ({ path, target })),
    );
    const broken = links.filter(
      ({ path, target }) =>
        !target.startsWith("http") && !existsSync(join(root, dirname(path), target)),
    );
    expect(broken).toEqual([]);
  });
});
