import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Config, readConfig } from "./config.ts";
import { registryOptions } from "./registry-options.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-registry-options-"));
  for (const name of ["ca", "certificate", "key"]) writeFileSync(join(folder, name), `${name}!`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = (...args: string[]) =>
  readConfig(["--registry=registry.example.com:5000/releases", ...args], {}) as Config;

describe("how the registry is reached", () => {
  test("files are those of the registry's own host", () => {
    const options = registryOptions(
      config(
        `--registry-ca=${join(folder, "ca")}`,
        `--registry-client-certificate=${join(folder, "certificate")}`,
        `--registry-client-key=${join(folder, "key")}`,
      ),
    );
    expect(options.hosts).toEqual({
      "registry.example.com:5000": { ca: "ca!", cert: "certificate!", key: "key!" },
    });
  });

  test("without them nothing is set for any host", () => {
    expect(registryOptions(config())).toEqual({ insecureHosts: [] });
  });

  test.each(["registry-ca", "docker-config"])("a file that is not there names --%s", (flag) => {
    const file = join(folder, "missing");
    expect(() => registryOptions(config(`--${flag}=${file}`))).toThrow(
      `--${flag}: ${file} cannot be read (ENOENT)`,
    );
  });

  test("a certificate without its key is refused", () => {
    expect(() => config(`--registry-client-certificate=${join(folder, "certificate")}`)).toThrow(
      "need each other",
    );
  });

  test("a proxy that is no URL is refused, and not repeated", () => {
    expect(() => config("--registry-proxy=ftp://user:secret@proxy")).toThrow(
      /^--registry-proxy \(or \$HTTPS_PROXY\) is no http or https URL$/,
    );
  });
});
