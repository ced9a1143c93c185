/** Appends to a ledger, seven facts at a time, until it is killed; a line for each that was acknowledged. */
import { writeSync } from "node:fs";
import { type Fact, type LedgerOptions, openLedger } from "../../../src/ledger/index.ts";

const options = JSON.parse(process.env["LEDGER"] ?? "") as LedgerOptions;
const ledger = await openLedger(options);
const { sequence } = await ledger.head();
for (let from = sequence + 1; ; from += 7) {
  await ledger.append(Array.from({ length: 7 }, (_, index) => fact(from + index)));
  // At once, whatever becomes of this process.
  writeSync(1, `${from + 6}\n`);
}

function fact(number: number): Fact {
  const place = { namespace: "team", subject: "dev-auth", details: { number } };
  return { key: `Action/${number}`, kind: "Action", event: "Deploy", ...place };
}
