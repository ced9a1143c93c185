import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readSignatureKey } from "./signature-key.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-key-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string | Buffer): string {
  const file = join(folder, "key.pem");
  writeFileSync(file, text);
  return file;
}

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = { type: "spki", format: "pem" } as const;

describe("--signature-key", () => {
  test("takes a public key on P-256", () => {
    const key = readSignatureKey(fileWith(p256.publicKey.export(pem)));
    expect(key.equals(p256.publicKey)).toBe(true);
  });

  test.each([
    {
      text: p256.privateKey.export({ type: "pkcs8", format: "pem" }),
      says: /private key/,
      because: "it is the private one",
    },
    {
      text: generateKeyPairSync("ed25519").publicKey.export(pem),
      says: /P-256/,
      because: "it is of another kind",
    },
    {
      text: generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export(pem),
      says: /P-256/,
      because: "it is on another curve",
    },
    { text: "hello", says: /no public key in PEM/, because: "it is no key" },
  ])("is refused when $because", ({ text, says }) => {
    expect(() => readSignatureKey(fileWith(text))).toThrow(says);
  });
});
