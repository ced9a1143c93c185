import type { LedgerOptions } from "../../src/ledger/index.ts";
import { readFlagFile } from "../flags.ts";

/**
 * Where the ledger is. The URL may hold a password: it stands in a file, and in no message.
 * @throws Error that names the flag which is wrong
 */
export function ledgerOf(
  file: string | undefined,
  urlFile: string | undefined,
): LedgerOptions | undefined {
  if (file !== undefined && urlFile !== undefined) {
    throw new Error("--ledger and --ledger-url-file exclude each other");
  }
  if (file !== undefined) return { sqlite: file };
  if (urlFile === undefined) return undefined;
  const postgres = readFlagFile("ledger-url-file", urlFile).trim();
  if (!/^postgres(ql)?:$/.test(URL.parse(postgres)?.protocol ?? "")) {
    throw new Error(`--ledger-url-file: ${urlFile} holds no postgres URL`);
  }
  return { postgres };
}
