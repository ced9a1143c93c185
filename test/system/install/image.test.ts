import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNetwork } from "../../../src/network/index.ts";
import { RegistryClient, readAttachment } from "../../../src/oci/index.ts";
import { requireTool } from "../../../tools/locate.ts";
import { type Controller, output, run } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { releaseInCue } from "./release-in-cue.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const architecture = process.arch === "arm64" ? "arm64" : "amd64";
const platform = `linux/${architecture}`;
const user = "65532:65532";
const buildMs = 300_000;

/** What a build of another day and place must not change. */
const origin = { SOURCE_DATE_EPOCH: "1700000000", SOURCE_REVISION: "f".repeat(40) };

/** What `make image` does, in a checkout; answers the digest of the whole. */
async function build(checkout: string, ...args: readonly string[]): Promise<string> {
  await output(process.execPath, [join(checkout, "hack", "build.ts")], { cwd: checkout });
  const said = await output(
    process.execPath,
    [join(checkout, "hack", "image", "main.ts"), `--platform=${platform}`, ...args],
    { cwd: checkout, env: origin, timeoutMs: buildMs },
  );
  return /\.tar (sha256:[0-9a-f]{64})$/m.exec(said)?.[1] ?? said;
}

/** The source alone in another place, where nothing was built yet. */
function copyOfSource(folder: string): string {
  const parts = ["cmd", "controller", "src", "hack", "tools", "test/ground", "cue", "LICENSE"];
  for (const part of [...parts, "package.json", "package-lock.json"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

describe("the container image", () => {
  const workspace = new Workspace("image");
  const reference = `${workspace.ground.registry}/forge:test`;
  const folder = mkdtempSync(join(tmpdir(), "forge-image-test-"));
  const unpacked = join(folder, "root");
  let digest: string;

  beforeAll(async () => {
    // Not in this checkout, whose dist/ other tests build.
    digest = await build(copyOfSource(join(folder, "one")), `--push=${reference}`);
    mkdirSync(unpacked);
    const archive = join(folder, "root.tar");
    await workspace.crane("export", `--platform=${platform}`, reference, archive);
    await output("tar", ["-xf", archive, "-C", unpacked]);
  }, 2 * buildMs);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A command that runs in the image as a container would: another root, read-only, nobody's user. */
  const inside = (...command: readonly string[]): [string, ...string[]] => {
    const script = [
      'mount --bind "$1" "$1"',
      'mount -o remount,ro,bind "$1"',
      `shift; exec chroot --userspec=${user} "$0" "$@"`,
    ].join(" && ");
    return ["unshare", "--mount", "sh", "-c", script, unpacked, unpacked, ...command];
  };
  const runInside = (...command: readonly string[]) => {
    const [program, ...args] = inside(...command);
    return run(program, args);
  };

  test(
    "has the same digest when it is built again, in another place",
    async () => {
      const other = copyOfSource(join(folder, "other"));
      expect(await build(other)).toBe(digest);
      expect((await workspace.crane("digest", reference)).trim()).toBe(digest);
    },
    buildMs * 2,
  );

  test("says what it is, and how it starts", async () => {
    const config = JSON.parse(
      await workspace.crane("config", `--platform=${platform}`, reference),
    ) as { config: Record<string, unknown>; created: string };
    expect(config.created).toBe("2023-11-14T22:13:20Z");
    expect(config.config).toMatchObject({
      User: user,
      Labels: {
        "org.opencontainers.image.revision": expect.stringContaining(origin.SOURCE_REVISION),
        "org.opencontainers.image.licenses": "Apache-2.0",
      },
    });
    const containerfile = readFileSync(join(root, "Containerfile"), "utf8");
    const labels = config.config["Labels"] as Record<string, string>;
    const given = [...containerfile.matchAll(/(org\.[a-z.]+)="([^"]+)"/g)];
    expect(given.map(([, name]) => name).toSorted()).toEqual(Object.keys(labels).toSorted());
    const fixed = given.filter(([, , value]) => value?.startsWith("$") === false);
    expect(labels).toMatchObject(Object.fromEntries(fixed.map(([, name, value]) => [name, value])));
    expect(containerfile).toContain(`WORKDIR ${config.config["WorkingDir"]}\nCMD`);
    expect(containerfile).toContain(`USER ${user}\n`);
    expect(containerfile).toContain(`CMD ${JSON.stringify(config.config["Cmd"])}\n`);
    for (const variable of config.config["Env"] as string[]) {
      expect(containerfile).toContain(`ENV ${variable}\n`);
    }
  });

  test("holds Node and forge, no shell and no other program", async () => {
    const listed = await output("find", [
      unpacked,
      "-type",
      "f",
      "-perm",
      "-u+x",
      "-printf",
      "%P\n",
    ]);
    const programs = listed.trim().split("\n").toSorted();
    const loader =
      architecture === "arm64" ? "lib/ld-linux-aarch64.so.1" : "lib64/ld-linux-x86-64.so.2";
    expect(programs).toEqual([
      loader,
      ...programs.filter((path) => /^opt\/forge\/forge[a-z-]*\.js$/.test(path)),
      "usr/local/bin/node",
    ]);
    expect(programs).toContain("opt/forge/forge-controller.js");
  });

  test("lays out the same files for the Containerfile", async () => {
    const laid = join(folder, "laid");
    await output(process.execPath, [
      join(folder, "one", "hack", "image", "main.ts"),
      ...[`--platform=${platform}`, `--root=${laid}`],
    ]);
    expect(await run("diff", ["--recursive", "--no-dereference", unpacked, laid])).toMatchObject({
      code: 0,
      stdout: "",
    });
  });

  test("has its SBOM attached, which names what is inside", async () => {
    await using registry = new RegistryClient({ network: ownNetwork() });
    const [host = "", path = ""] = reference.replace(/:test$/, "").split(/\/(.*)/s);
    const signal = AbortSignal.timeout(30_000);
    const subject = {
      ...{ host, path },
      digest: (await workspace.crane("digest", `--platform=${platform}`, reference)).trim(),
    };
    const [referrer, ...more] = await registry.listReferrers(
      subject,
      "application/spdx+json",
      signal,
    );
    if (referrer === undefined) throw new Error("nothing is attached");
    expect(more).toEqual([]);
    const { bytes } = await readAttachment(registry, subject, referrer, signal);
    const document = JSON.parse(Buffer.from(bytes).toString("utf8")) as {
      spdxVersion: string;
      packages: { name: string; versionInfo: string }[];
    };
    expect(document.spdxVersion).toBe("SPDX-2.3");
    const names = document.packages.map(({ name }) => name);
    const parts = ["node", "libc6", "undici", "cuelang.org/go", "@kubernetes/client-node"];
    expect(names).toEqual(expect.arrayContaining(parts));
    expect(names).not.toContain("vitest");
    expect(document.packages.find(({ name }) => name === "node")?.versionInfo).toBe(
      process.version.slice(1),
    );
  });

  test.each([
    { program: "forge-controller", says: "forge-controller reconciles" },
    { program: "forge-server", says: "forge-server serves the REST API" },
    { program: "forge-argocd-plugin", says: "forge-argocd-plugin turns" },
    { program: "forge", says: "Usage: forge <command>" },
    { program: "kubectl-forge", says: "Usage: kubectl forge <command>" },
  ])("starts $program as nobody, with nothing to write to", async ({ program, says }) => {
    const { code, stdout, stderr } = await runInside(program, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(says);
  });

  test("cannot write to its own files", async () => {
    const write = 'try { fs.writeFileSync("/opt/forge/x", "") } catch (e) { console.log(e.code) }';
    expect((await runInside("node", "-e", write)).stdout).toMatch(/^(EROFS|EACCES)\n$/);
  });

  describe("started against an API server", () => {
    let controller: Controller | undefined;

    beforeAll(async () => {
      await workspace.create();
      const kubeconfig = readFileSync(workspace.ground.controllerKubeconfig, "utf8");
      const [, authority = ""] = /"?certificate-authority"?: ?"?([^",\s]+)/.exec(kubeconfig) ?? [];
      const place = (name: string) => join(unpacked, "tmp", name);
      writeFileSync(place("ca.crt"), readFileSync(authority));
      writeFileSync(place("kubeconfig"), kubeconfig.replace(authority, "/tmp/ca.crt"));
      controller = await workspace.controller({
        kubeconfig: "/tmp/kubeconfig",
        command: inside("forge-controller"),
      });
    });

    afterAll(() => controller?.process.stop());

    test("releases a project in CUE", async () => {
      const release = await releaseInCue(workspace);
      expect(release.status.number).toBe(1);
    });
  });

  test("is read by an independent tool as a valid image", async () => {
    const said = await output(requireTool("crane"), [
      "validate",
      `--remote=${reference}`,
      "--insecure",
    ]);
    expect(said).toContain("PASS");
  });
});
