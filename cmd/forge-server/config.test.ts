import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { helpText, readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-server-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function urlFile(url: string): string {
  const file = join(folder, "url");
  writeFileSync(file, url);
  return file;
}

describe("readConfig", () => {
  test("without flags: every namespace, no ledger, plain http", () => {
    expect(readConfig([], {})).toMatchObject({
      namespace: undefined,
      ledger: undefined,
      tls: undefined,
      ledgerRetentionMs: undefined,
      oidc: undefined,
      port: 8443,
      healthPort: 8080,
      limits: { timeoutMs: 30_000, concurrency: 128, concurrencyPerCaller: 32 },
    });
  });

  test("a ledger is a file, or the URL in a file", () => {
    expect(readConfig(["--ledger=/l.db"], {})).toMatchObject({ ledger: { sqlite: "/l.db" } });
    const postgres = "postgresql://forge:s3cret@db/forge";
    expect(readConfig([`--ledger-url-file=${urlFile(`${postgres}\n`)}`], {})).toMatchObject({
      ledger: { postgres },
    });
  });

  test.each([
    { args: ["--tls-key=k"], says: "need each other" },
    { args: ["--port=70000"], says: "--port: 70000 is no number from 0 to 65535" },
    { args: ["--rate=0"], says: "--rate" },
    { args: ["--timeout=soon"], says: "--timeout" },
    { args: ["--log-level=loud"], says: "--log-level" },
    { args: ["--ledger=a", "--ledger-url-file=b"], says: "exclude each other" },
    { args: ["--ledger-url-file=/none"], says: "cannot be read" },
    { args: ["--ledger-retention=36h"], says: "not in whole days" },
    { args: ["--oidc-issuer=https://idp.example.com"], says: "need each other" },
    { args: ["--oidc-issuer=http://idp.example.com", "--oidc-audience=a"], says: "no https URL" },
    {
      args: ["--oidc-issuer=https://i.com", "--oidc-audience=a", "--oidc-prefix=system:"],
      says: "the cluster keeps such names for itself",
    },
    {
      args: ["--oidc-issuer=https://i.com", "--oidc-audience=a", "--oidc-group=system:masters"],
      says: "the cluster keeps such names for itself",
    },
    {
      args: ["--trusted-proxy=10.0.0.0/33"],
      says: "--trusted-proxy: 10.0.0.0/33 is not a network",
    },
    { args: ["--nothing"], says: "nothing" },
  ])("$args: $says", ({ args, says }) => {
    expect(() => readConfig(args, {})).toThrow(says);
  });

  test("a password is in no message", () => {
    const args = [`--ledger-url-file=${urlFile("mysql://forge:s3cret@db/forge")}`];
    expect(() => readConfig(args, {})).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("s3cret") }),
    );
  });

  test("help names every flag", () => {
    expect(readConfig(["--help"], {})).toBe("help");
    expect(helpText()).toContain("--ledger-url-file FILE");
  });
});
