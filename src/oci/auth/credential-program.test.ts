import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { credentialHelpers } from "./credential-program.ts";

const signal = AbortSignal.timeout(20_000);
let folder: string;

/** A program on the PATH, as Docker installs them. */
function install(name: string, script: string): void {
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-helpers-"));
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
  install("good", `read host; echo "{\\"Username\\":\\"$1-$host\\",\\"Secret\\":\\"s\\"}"`);
  install("token", `echo '{"Username":"<token>","Secret":"t"}'`);
  install("none", "echo 'credentials not found in native keychain'; exit 1");
  install("broken", "echo 'my secret is s3cret'; echo s3cret >&2; exit 3");
  install("silent", "echo '{}'");
  install("chatty", "yes s3cret");
  install("slow", "exec sleep 30");
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const allowed = ["good", "token", "none", "broken", "silent", "chatty", "slow", "missing", "../x"];

describe("a credential helper", () => {
  test.each([
    ["good", { username: "get-a.io", password: "s" }],
    ["token", { identityToken: "t" }],
    ["none", undefined],
  ])("%s answers %j", async (name, expected) => {
    expect(await credentialHelpers({ allowed })(name, "a.io", signal)).toEqual(expected);
  });

  test.each([
    ["broken", "docker-credential-broken failed (3)"],
    ["silent", "docker-credential-silent answered without a secret"],
    ["chatty", "docker-credential-chatty failed (ERR_CHILD_PROCESS_STDIO_MAXBUFFER)"],
    ["slow", "docker-credential-slow failed (ended after its time limit)"],
    ["missing", "docker-credential-missing failed (ENOENT)"],
    ["../x", 'credential helper "../x" is not among those that may run'],
    ["other", 'credential helper "other" is not among those that may run'],
  ])("%s is an error that shows nothing of its output", async (name, message) => {
    const helper = credentialHelpers({ allowed, timeoutMs: name === "slow" ? 50 : 10_000 });
    await expect(helper(name, "a.io", signal)).rejects.toMatchObject({
      code: "InvalidSecret",
      message: `registry credentials: ${message}`,
    });
  });

  test("is ended with its caller", async () => {
    const stop = new AbortController();
    const asked = credentialHelpers({ allowed })("slow", "a.io", stop.signal);
    stop.abort(new Error("enough"));
    await expect(asked).rejects.toThrow("enough");
  });
});
