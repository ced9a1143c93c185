import { below, mutated, type Random } from "../random.ts";
import type { Shapes } from "./shape.ts";

/** Answer of a server to a request, whatever that asks for. */
export interface GeneratedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** How the body is sent: at once, a byte now and then, never, or again and again. */
  readonly pace?: "drip" | "silence" | "endless";
  /** Whether the server says what it offers as any other, and answers the next request so. */
  readonly afterOffer?: boolean;
  /** Sources at such a server that are released at once; one when absent. */
  readonly releases?: number;
}

export function packet(payload: string | Buffer): Buffer {
  const data = Buffer.from(payload as string);
  return Buffer.concat([Buffer.from((data.length + 4).toString(16).padStart(4, "0")), data]);
}

export const flush = Buffer.from("0000");

const id = "1".repeat(40);

/** An advertisement of version 2. */
export const offer = Buffer.concat([
  packet("# service=git-upload-pack\n"),
  flush,
  ...["version 2\n", "agent=git/2\n", "ls-refs\n", "fetch=shallow filter\n"].map(packet),
  packet("object-format=sha1\n"),
  flush,
]);

/** An advertisement of version 0, with these refs. */
function oldOffer(refs: readonly string[], capabilities = "report-status"): Buffer {
  const [first = "", ...others] = refs;
  return Buffer.concat([
    packet(`${id} ${first}\0${capabilities}\n`),
    ...others.map((name) => packet(`${id} ${name}\n`)),
    flush,
  ]);
}

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => item(index));

const mebibyte = Buffer.alloc(1024 * 1024, "0006\x01x");
const atOffer =
  (body: Buffer | string, more: Partial<GeneratedAnswer> = {}) =>
  () => ({
    body: Buffer.from(body as string),
    ...more,
  });
const afterwards =
  (make: (random: Random) => Buffer | string, more: Partial<GeneratedAnswer> = {}) =>
  (random: Random) => ({ body: Buffer.from(make(random) as string), afterOffer: true, ...more });

export const gitAnswerShapes: Shapes<GeneratedAnswer> = {
  "three hundred thousand refs": () => ({
    body: oldOffer(times(300_000, (index) => `refs/heads/branch-${index}`)),
  }),
  "half a million refs in version 2": afterwards(() =>
    Buffer.concat([...times(500_000, (index) => packet(`${id} refs/heads/b${index}\n`)), flush]),
  ),
  "a hundred thousand capabilities": () => ({
    body: oldOffer(["refs/heads/main"], times(10_000, (index) => `c${index}`).join(" ")),
  }),
  "text that is no pkt-line": atOffer("<html>".repeat(10_000)),
  "a length that leads beyond the end": atOffer("fff0abc"),
  "lengths below four": atOffer("00030003".repeat(100_000)),
  "an end without a flush": atOffer(packet("version 2\n")),
  "a format that nobody knows": atOffer(oldOffer(["refs/heads/main"], "object-format=md5")),
  "bytes that were changed": (random) => ({ body: mutated(random, offer) }),
  "a circle of redirects": atOffer("", {
    status: 302,
    headers: { location: "info/refs?service=git-upload-pack" },
  }),
  "a long error": atOffer("x".repeat(2_000_000), { status: 500 }),
  "an error in the protocol": afterwards(() => packet(`ERR ${"x".repeat(60_000)}`)),
  "progress without end": afterwards(
    (random) =>
      Buffer.concat([
        packet("packfile\n"),
        ...times(1_000, () => packet(`\x02${"so far ".repeat(1_000 + below(random, 1_000))}`)),
      ]),
    { pace: "endless" },
  ),
  "flushes by the million": afterwards(() => "0000".repeat(2_000_000)),
  "an advertisement that does not end": () => ({ body: mebibyte, pace: "endless" }),
  "an advertisement, a byte at a time": () => ({ body: offer, pace: "drip" }),
  "a pack, a byte at a time": afterwards(() => packet("packfile\n"), { pace: "drip" }),
  silence: () => ({ body: offer, pace: "silence" }),
  "twenty servers that say nothing": () => ({ body: offer, pace: "silence", releases: 20 }),
  "twenty packs, a byte at a time": afterwards(() => packet("packfile\n"), {
    ...{ pace: "drip", releases: 20 },
  }),
};
