import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * The public key in a file.
 * @throws Error that names the file
 */
export function readSignatureKey(file: string): KeyObject {
  const text = readFileSync(file, "utf8");
  // A private key would do as well, and should not lie about here.
  if (text.includes("PRIVATE KEY")) {
    throw new Error(`--signature-key: ${file} holds a private key; give the public one`);
  }
  const key = keyOf(text, file);
  if (key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1") {
    return key;
  }
  throw new Error(`--signature-key: ${file} holds no key on the curve P-256`);
}

function keyOf(text: string, file: string): KeyObject {
  try {
    return createPublicKey(text);
  } catch (cause) {
    throw new Error(`--signature-key: ${file} holds no public key in PEM`, { cause });
  }
}
