import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TlsIdentity } from "./api-server.ts";

/** Makes a self-signed certificate for a server on loopback, which is its own authority. */
export function makeCertificate(folder: string, name: string): TlsIdentity {
  const paths = { key: join(folder, `${name}.key`), cert: join(folder, `${name}.crt`) };
  const how = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2";
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  const out = ["-keyout", paths.key, "-out", paths.cert];
  execFileSync("openssl", [...how.split(" "), ...subject, ...out], { stdio: "ignore" });
  return { key: readFileSync(paths.key, "utf8"), cert: readFileSync(paths.cert, "utf8") };
}
