import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
};
const pages = globSync(
  "{*.md,.changeset/README.md,{.github,docs,src,test,tools,controller,cue,hack,bench}/**/*.md}",
  { cwd: root },
).map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

/** Folders of this repository that pages name files in. */
const topFolders = [
  ...["bench", "charts", "cmd", "controller", "crds", "cue", "docs", "examples", "hack", "src"],
  ...["test", "tools", ".changeset", ".ci", ".github"],
];

/** Which test runs a command that the docs show. */
const runBy: Readonly<Record<string, string>> = {
  "make demo": "test/system/install/demo.test.ts",
  // This file is part of what it runs.
  "make test": "hack/run-tests.ts",
  "make check": "hack/run-tests.ts",
  "make unit": "hack/run-tests.ts",
  "make test-e2e": "hack/run-tests.ts",
  "make build": "test/system/install/bundle.test.ts",
  "make executables": "test/system/install/executable.test.ts",
  "make release V=x.y.z DRY_RUN=1": "hack/release/release.test.ts",
  "make release V=x.y.z": "hack/release/release.test.ts",
  "make image PUSH=registry.example.com/forge:<version>": "test/system/install/image.test.ts",
  "helm install forge charts/forge --namespace forge-system --create-namespace --values values.yaml":
    "test/system/install/chart-install.test.ts",
  "helm package charts/forge": "test/system/install/chart-push.test.ts",
  "helm push forge-<version>.tgz oci://registry.example.com/charts":
    "test/system/install/chart-push.test.ts",
  "helm install forge oci://registry.example.com/charts/forge --version <version> --namespace forge-system --create-namespace --values values.yaml":
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
  "docs/install-cli.md": "test/system/install/executable.test.ts",
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
    const known = (command: string) => command.replaceAll(version, "<version>") in runBy;
    expect(commands.filter((command) => !known(command))).toEqual([]);
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

  test("link only to headings that are there", () => {
    const headings = new Map(pages.map(({ path, text }) => [path, anchorsOf(text)]));
    const links = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/\]\(([^)#\s]*\.md)?#([^)\s]+)\)/g)].map(([, target, anchor = ""]) => ({
        path,
        page: target === undefined ? path : join(dirname(path), target),
        anchor,
      })),
    );
    expect(links.length).toBeGreaterThan(10);
    expect(links.filter(({ page, anchor }) => !headings.get(page)?.has(anchor))).toEqual([]);
  });

  test("name only files and folders that are there", () => {
    const named = pages.flatMap(({ path, text }) =>
      spansOf(text).flatMap((span) => namedIn(span, path).map((name) => ({ path, name }))),
    );
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ path, name }) => !isThere(name, path))).toEqual([]);
  });
});

/** The anchors that a host of repositories gives to the headings of a page. */
function anchorsOf(text: string): ReadonlySet<string> {
  const outside = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  return new Set(
    [...outside.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** Texts between back-ticks, outside of blocks. */
function spansOf(text: string): string[] {
  const outside = text.replaceAll(/^```[\s\S]*?^```/gm, "");
  return [...outside.matchAll(/`([^`]+)`/g)].map(([, span = ""]) => span);
}

/**
 * Paths of this repository that a span names: from its top, as the name of a source file, or in the
 * README of a folder as a folder below it. What stands in angle brackets may be anything.
 */
function namedIn(span: string, page: string): string[] {
  const isReadme = page.endsWith("/README.md");
  return span.split(/\s+/).filter((word) => {
    if (!/^[\w.*<>{},@/-]+$/.test(word)) return false;
    if (topFolders.some((folder) => word.startsWith(`${folder}/`))) return true;
    return word === span && (/\w\.(?:ts|go)$/.test(word) || (isReadme && word.endsWith("/")));
  });
}

function isThere(name: string, page: string): boolean {
  const pattern = name.replace(/\/$/, "").replaceAll(/<[^>]+>/g, "*");
  const places = [root, join(root, dirname(page))];
  if (places.some((cwd) => globSync(pattern, { cwd }).length > 0)) return true;
  if (topFolders.some((folder) => name.startsWith(`${folder}/`))) return false;
  // A name alone is that of a file or folder anywhere; in a README, anywhere below it.
  const folders = page.endsWith("/README.md") ? [dirname(page)] : topFolders;
  const isName = !pattern.includes("/");
  return (
    isName && folders.some((cwd) => globSync(`**/${pattern}`, { cwd: join(root, cwd) }).length > 0)
  );
}
