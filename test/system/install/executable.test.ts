import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { version } from "../../../cmd/version.ts";
import { bundleProgram } from "../../../hack/bundle-program.ts";
import { requireTool } from "../../../tools/locate.ts";
import { Forge, output, run } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { hasProgram, isFuseSet, readHeader, signatureFaults } from "./executable-file.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const buildMs = 900_000;
const architecture = process.arch === "arm64" ? "arm64" : "amd64";
const folder = mkdtempSync(join(tmpdir(), "forge-executable-test-"));
const release = join(folder, "release");
const named = (os: string, arch: string) => `forge-${version}-${os}-${arch}`;

const everyPlatform = [
  { os: "linux", arch: "amd64", format: "ELF" },
  { os: "linux", arch: "arm64", format: "ELF" },
  { os: "darwin", arch: "amd64", format: "Mach-O" },
  { os: "darwin", arch: "arm64", format: "Mach-O" },
  { os: "windows", arch: "amd64", format: "PE" },
  { os: "windows", arch: "arm64", format: "PE" },
] as const;
/** One of each format; all of them take a minute more, and are built every night. */
const platforms =
  process.env["ALL_PLATFORMS"] === "1"
    ? everyPlatform
    : everyPlatform.filter(
        ({ os, arch }) =>
          arch === (os === "linux" ? architecture : os === "darwin" ? "arm64" : "amd64"),
      );

/** What `make executables` does, from another folder; answers the checksums of what it made. */
async function build(to: string, ...args: readonly string[]): Promise<string> {
  const program = join(root, "hack", "executables", "main.ts");
  const options = { cwd: folder, timeoutMs: buildMs };
  await output(process.execPath, [program, `--output=${to}`, ...args], options);
  return readFileSync(join(folder, to, "SHA256SUMS"), "utf8");
}

const page = readFileSync(join(root, "docs", "install-cli.md"), "utf8");

/** The commands that the page shows below a heading. */
function guideCommands(heading: string): string[] {
  const text = page.split(/^##+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...text.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block.trim().split("\n"),
  );
}

beforeAll(
  () => build("release", ...platforms.map(({ os, arch }) => `--platform=${os}/${arch}`)),
  buildMs,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the executable of this machine", () => {
  const workspace = new Workspace("executable");
  const file = join(release, named("linux", architecture));
  // Neither Node nor anything else is found by its name.
  const env = { PATH: "", NODE_OPTIONS: "--no-such-option" };

  beforeAll(() => workspace.create());

  test.each([
    { args: ["version"], says: `forge ${version}\n` },
    { args: ["--version"], says: `forge ${version}\n` },
    { args: ["--help"], says: "Usage: forge <command>" },
    { args: ["completion", "bash"], says: "complete -o default -F _forge forge" },
  ])("runs $args without Node", async ({ args, says }) => {
    const { code, stdout, stderr } = await run(file, args, { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(says);
  });

  test("asks the cluster", async () => {
    const { kubeconfig } = workspace.ground;
    const forge = new Forge(kubeconfig, workspace.namespace, env, [file]);
    await workspace.apply(workspace.environment("staging"));
    const result = await forge.run("env", "list", "-o", "name");
    expect(result).toEqual({ code: 0, stdout: "environment.forge.dev/staging\n", stderr: "" });
    expect((await forge.run("check")).stdout).toContain("✓ kind Environment: installed");
  });

  test("calls itself kubectl forge where kubectl starts it", async () => {
    const plugin = join(folder, "kubectl-forge");
    await output("ln", ["-s", file, plugin]);
    expect((await run(plugin, ["--help"], { env })).stdout).toContain("Usage: kubectl forge");
  });

  test("is unpacked from its archive as it is", async () => {
    await output("tar", ["-xzf", `${file}.tar.gz`, "-C", folder]);
    expect(await run(join(folder, "forge"), ["version"], { env })).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, "LICENSE-node"), "utf8")).toContain("Node.js is licensed");
  });

  test(
    "has the same bytes when it is built again",
    async () => {
      const again = await build("again", `--platform=linux/${architecture}`);
      const before = readFileSync(join(release, "SHA256SUMS"), "utf8").split("\n");
      const lines = again.split("\n").filter((line) => !line.endsWith("forge.yaml"));
      expect(lines).toHaveLength(3);
      expect(before).toEqual(expect.arrayContaining(lines));
    },
    buildMs,
  );
});

describe.each(platforms)("the executable for $os/$arch", ({ os, arch, format }) => {
  const name = named(os, arch);
  let file: Buffer;

  beforeAll(() => {
    file = readFileSync(join(release, os === "windows" ? `${name}.exe` : name));
  });

  test("is of its format and architecture, with the command inside", () => {
    expect(readHeader(file)).toEqual({ format, architecture: arch });
    expect(isFuseSet(file)).toBe(true);
    expect(hasProgram(file, "forge.js")).toBe(true);
    expect(file.includes("// cmd/forge/run.ts\n")).toBe(true);
  });

  test("is signed where its system asks for it", () => {
    expect(format === "Mach-O" ? signatureFaults(file) : []).toEqual([]);
  });

  test("is in the archive that krew is told of", async () => {
    const manifest = parse(readFileSync(join(release, "forge.yaml"), "utf8"));
    const { uri, sha256, bin } = manifest.spec.platforms.find(
      ({ selector }: { selector: { matchLabels: { os: string; arch: string } } }) =>
        selector.matchLabels.os === os && selector.matchLabels.arch === arch,
    );
    const archive = uri.slice(uri.lastIndexOf("/") + 1);
    const sums = readFileSync(join(release, "SHA256SUMS"), "utf8");
    expect(sums).toContain(`${sha256}  ${archive}\n`);
    const path = join(release, archive);
    const program =
      os === "windows"
        ? unzipSync(readFileSync(path), { filter: (entry) => entry.name === bin })[bin]
        : await output("tar", ["-tzf", path]);
    expect(os === "windows" ? program?.length : program).toEqual(
      os === "windows" ? file.length : `LICENSE\nLICENSE-node\n${bin}\n`,
    );
  });
});

describe("docs/install-cli.md", () => {
  const bin = join(folder, "bin");
  const system = ["/usr/bin", "/bin"];

  beforeAll(async () => {
    // The other tests run `make build` in the checkout itself.
    const dist = join(folder, "dist");
    mkdirSync(join(dist, "bin"), { recursive: true });
    writeFileSync(join(dist, "package.json"), '{"type":"module"}\n');
    await bundleProgram("forge", dist);
    chmodSync(join(dist, "forge.js"), 0o755);
    symlinkSync("../forge.js", join(dist, "bin", "forge"));
    mkdirSync(bin);
    symlinkSync(requireTool("kubectl"), join(bin, "kubectl"));
    symlinkSync(requireTool("krew"), join(bin, "kubectl-krew"));
    mkdirSync(join(folder, "installed"));
    symlinkSync(join(release, named("linux", architecture)), join(folder, "installed", "forge"));
  });

  test.each([
    { section: "Linux", cwd: "release", path: [".local/bin"], says: /OK\nforge (.+)\nforge \1\n$/ },
    {
      section: "kubectl forge, by krew",
      cwd: "release",
      path: [".krew/bin"],
      says: /Installed plugin: forge[^]*\nforge .+\n$/,
    },
    {
      section: "From the source, on your own Node",
      cwd: ".",
      path: [],
      nodeFolder: dirname(process.execPath),
      says: /^forge .+\n$/,
    },
    {
      section: "Completion",
      cwd: ".",
      path: [],
      nodeFolder: join(folder, "installed"),
      after: "complete -p forge",
      says: /^complete -o default -F _forge forge\n$/,
    },
  ])("$section: the commands do what the page says", async (row) => {
    const { section, cwd, path, nodeFolder, after = "", says } = row;
    const home = mkdtempSync(join(folder, "home-"));
    const places = [...path.map((one) => join(home, one)), bin, nodeFolder ?? "", ...system];
    const script = `${guideCommands(section).join("\n")}\n${after}`
      .replaceAll("linux-amd64", `linux-${architecture}`)
      .replaceAll("make build", "true");
    const { code, stdout, stderr } = await run(
      "bash",
      ["--norc", "-euo", "pipefail", "-c", script],
      { cwd: join(folder, cwd), env: { HOME: home, PATH: places.join(":"), KREW_ROOT: "" } },
    );
    expect({ code, said: code === 0 ? "" : stderr }).toEqual({ code: 0, said: "" });
    expect(`${stderr}${stdout}`).toMatch(says);
  });

  test("has no command but those and make executables", () => {
    expect(guideCommands("One file")).toEqual(["make executables"]);
    expect(guideCommands("macOS")).toEqual([]);
    expect(guideCommands("Windows")).toEqual([]);
  });
});

test("sha256sum finds every file of the release as it was", async () => {
  const said = await output("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: release });
  expect(said.trim().split("\n")).toHaveLength(readdirSync(release).length - 1);
});
