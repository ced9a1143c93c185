// Reads one pack, as the controller does, in a process of its own: its memory is that of one read.
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { inSlices } from "../../src/concurrency/index.ts";
import { gitObject, readPack } from "../../src/git/index.ts";

const [order = "base-first", deltas = "40000"] = process.argv.slice(2);
const base = Buffer.from("hello, world");
const id = Buffer.from(gitObject("blob", base).id, "hex");

const whole = Buffer.concat([Buffer.from([(3 << 4) | base.length]), deflateSync(base)]);
const others = Array.from({ length: Number(deltas) }, (_none, index) => {
  const text = [index & 0xff, (index >> 8) & 0xff, index >> 16];
  const delta = Buffer.from([base.length, 3, 3, ...text]);
  return Buffer.concat([Buffer.from([(7 << 4) | delta.length]), id, deflateSync(delta)]);
});
const count = Buffer.alloc(4);
count.writeUInt32BE(others.length + 1);
const entries = order === "base-first" ? [whole, ...others] : [...others, whole];
const body = Buffer.concat([Buffer.from("PACK\0\0\0\x02", "latin1"), count, ...entries]);
const pack = Buffer.concat([body, createHash("sha1").update(body).digest()]);

const before = process.memoryUsage().rss;
let peak = before;
let longestMs = 0;
let turned = performance.now();
const turns = setInterval(() => {
  const now = performance.now();
  longestMs = Math.max(longestMs, now - turned);
  turned = now;
  peak = Math.max(peak, process.memoryUsage().rss);
}, 1);
const started = performance.now();
const objects = await inSlices(readPack(pack), new AbortController().signal);
const ms = performance.now() - started;
longestMs = Math.max(longestMs, performance.now() - turned);
peak = Math.max(peak, process.memoryUsage().rss);
clearInterval(turns);
if (objects.length !== others.length + 1) throw new Error("objects are missing");
process.stdout.write(
  JSON.stringify({ ms, longestMs, mebibytes: (peak - before) / 2 ** 20, packBytes: pack.length }),
);
