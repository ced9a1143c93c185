import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { executableName } from "./build-module.ts";
import { archiveFolder, archiveOf, thisPlatform } from "./downloads.ts";
import { cacheFolder, locateTool } from "./locate.ts";
import { toolModules } from "./modules.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-build-"));
const script = join(import.meta.dirname, "build.ts");
/** Nobody listens there. */
const closed = "http://127.0.0.1:2";

/**
 * Compiles nothing: notes its arguments, says that packages a and b are compiled, and writes a
 * program where `go build` would. It fails for a main package that $FAIL names.
 */
const doubleOfGo = `#!/bin/sh
printf '%s\\n' "$*" >> "$GO_LOG"
case "$1 $*" in
  "env "*) echo go1.26.0 ;;
  "list "*Stale*) printf 'example.com/a\\n\\nexample.com/b\\n' ;;
  "build "*)
    printf 'example.com/a\\nexample.com/b\\n' >&2
    while [ "$1" != -o ]; do shift; done
    into=$2; shift 2
    for main in "$@"; do
      [ "$main" != "$FAIL" ] || { echo "main.go:1:1: expected 'package'" >&2; exit 1; }
      case $into in
        */) name=\${main##*/}; [ "$name" = v3 ] && name=server; echo "$main" > "$into$name" ;;
        *) echo "$main" > "$into" ;;
      esac
    done ;;
esac
`;
writeFileSync(join(folder, "go"), doubleOfGo);
chmodSync(join(folder, "go"), 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs tools/build.ts with the double and a cache of its own. */
function build(names: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const cache = mkdtempSync(join(folder, "cache-"));
  const log = join(cache, "go.log");
  const env = { XDG_CACHE_HOME: cache, GO_LOG: log, DOWNLOADS: "0", ...more };
  const done = spawnSync(process.execPath, [script, ...names], {
    encoding: "utf8",
    env: {
      ...process.env,
      PATH: `${folder}:${process.env["PATH"]}`,
      KUBEBUILDER_ASSETS: "",
      ...env,
    },
  });
  const commands = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
  const made = globSync("forge/tools/*/*", { cwd: cache, withFileTypes: true });
  return {
    env,
    status: done.status,
    output: done.stdout.trim().split("\n"),
    builds: commands.filter((command) => command.startsWith("build")),
    made: made
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted(),
    left: globSync("forge/tools/*.*", { cwd: cache }).filter((name) => /\.\w{6}$/.test(name)),
  };
}

describe("tools/build.ts", () => {
  test("builds what is named of a module, by one `go build`, and no more", () => {
    const { status, made, builds, env, left } = build(["etcd", "kubectl"]);
    expect({ status, made, left }).toEqual({ status: 0, made: ["etcd", "kubectl"], left: [] });
    expect(builds).toHaveLength(1);
    expect(builds[0]).toMatch(/ go\.etcd\.io\/etcd\/server\/v3 k8s\.io\/kubernetes\/cmd\/kubectl$/);
    // Each under its own name, whatever its package is called.
    expect(readFileSync(locateTool("etcd", env) ?? "", "utf8")).toBe("go.etcd.io/etcd/server/v3\n");
    expect(locateTool("kube-apiserver", env)).toBeUndefined();
  });

  test("says how far a build is, and what follows", () => {
    const { output } = build(["crane", "registry"]);
    expect(output[0]).toMatch(/^tools: registry v3\S+: (package \d|\d of 2 packages); then crane$/);
    expect(output).toContainEqual(expect.stringMatching(/^tools: crane v\S+ built in \d+ s$/));
  });

  test("builds what cannot be downloaded, and says so in one line each", () => {
    const { status, output, made } = build(["crane", "registry"], { DOWNLOADS: closed });
    expect({ status, made }).toEqual({ status: 0, made: ["crane", "registry"] });
    const refused = output.filter((line) => line.includes("will be built"));
    const reason =
      /^tools: (crane|registry) will be built: http:\/\/127\.0\.0\.1:2\/\S+: .*ECONNREFUSED/;
    expect(refused).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)]);
  });

  test("asks nobody for what is not published", () => {
    const { output, made } = build(["redis-server"], { DOWNLOADS: closed });
    expect(made).toEqual(["redis-server"]);
    expect(output.filter((line) => line.includes("will be built"))).toEqual([]);
  });

  test("ends with the compiler's words when a build fails, and leaves nothing half-done", () => {
    const { status, output, made, left } = build(["crane"], {
      FAIL: "github.com/google/go-containerregistry/cmd/crane",
    });
    expect(status).toBe(1);
    expect(output.at(-1)).toBe("main.go:1:1: expected 'package'");
    expect({ made, left }).toEqual({ made: [], left: [] });
  });

  test("says which Go is needed, where there is none", () => {
    const { status, output } = build(["crane"], { PATH: "/nonexistent" });
    expect(status).toBe(1);
    expect(output.at(-1)).toMatch(/^Go 1\.26 or later is needed .+ no `go` on the PATH\.$/);
  });

  test("builds a program with the real Go, once", () => {
    const cache = mkdtempSync(join(folder, "cache-"));
    const goCache = execFileSync("go", ["env", "GOCACHE"], { encoding: "utf8" }).trim();
    const env = { ...process.env, XDG_CACHE_HOME: cache, GOCACHE: goCache };
    const run = () => spawnSync(process.execPath, [script, "pause"], { encoding: "utf8", env });
    expect(run()).toMatchObject({ status: 0, stdout: expect.stringMatching(/pause built in/) });
    expect(run()).toMatchObject({ status: 0, stdout: "" });
  });
});

describe("where a program is looked for", () => {
  const cache = mkdtempSync(join(folder, "cache-"));
  const downloaded = { XDG_CACHE_HOME: cache };
  const crane = toolModules.find(({ folder: name }) => name === "crane");
  if (crane === undefined) throw new Error("crane is not in the table");

  test("is the cache of builds first, then that of downloads unless they are off", () => {
    const archive = archiveOf("crane");
    if (archive === undefined) throw new Error(`crane is not published for ${thisPlatform}`);
    const place = archiveFolder(archive, downloaded);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "crane"), "");
    expect(locateTool("crane", downloaded)).toBe(join(place, "crane"));
    expect(locateTool("crane", { ...downloaded, DOWNLOADS: "0" })).toBeUndefined();
    const built = cacheFolder(crane, downloaded);
    mkdirSync(built, { recursive: true });
    writeFileSync(join(built, "crane"), "");
    expect(locateTool("crane", downloaded)).toBe(join(built, "crane"));
  });
});

test.each([
  { main: "k8s.io/kubernetes/cmd/kube-apiserver", name: "kube-apiserver" },
  { main: "go.etcd.io/etcd/server/v3", name: "server" },
  { main: "github.com/argoproj/argo-cd/v3/cmd", name: "cmd" },
  { main: "crane", name: "crane" },
])("`go build` names $main $name", ({ main, name }) => {
  expect(executableName(main)).toBe(name);
});
