/** Appends to a ledger, seven facts at a time, until it is killed; a line for each that was acknowledged. */
import { writeSync } from "node:fs";
import { type LedgerOptions, openLedger } from "../../src/ledger/index.ts";
import { facts } from "../../src/ledger/testing/facts.ts";

const options = JSON.parse(process.env["LEDGER"] ?? "") as LedgerOptions;
const ledger = await openLedger(options);
const { sequence } = await ledger.head();
for (let from = sequence + 1; ; from += 7) {
  await ledger.append(facts(from, from + 6));
  // At once, whatever becomes of this process.
  writeSync(1, `${from + 6}\n`);
}
