import { describe, expect, test, vi } from "vitest";
import { ConcurrencyLimit, type Sliced } from "../../concurrency/index.ts";
import { type GitObject, gitObject } from "./git-object.ts";
import { defaultPackLimits, type PackLimits } from "./pack-budget.ts";
import { readPack } from "./pack-reader.ts";
import { writePack } from "./pack-writer.ts";
import { readInTurn } from "./read-in-turn.ts";

const mebibyte = 1024 * 1024;
const { signal } = new AbortController();

function reader(bytes: number) {
  const pack = writePack([gitObject("tree", Buffer.alloc(bytes))]);
  return vi.fn<(limits: PackLimits) => Sliced<GitObject[]>>((limits) => readPack(pack, limits));
}

describe("while another large pack is read", () => {
  test("a small one is read, and a large one waits", async () => {
    const turns = new ConcurrencyLimit(1);
    const other = Promise.withResolvers<void>();
    const running = turns.run(() => other.promise, signal);
    await expect(readInTurn(reader(1_000), defaultPackLimits, signal, turns)).resolves.toHaveLength(
      1,
    );

    const large = readInTurn(reader(17 * mebibyte), defaultPackLimits, signal, turns);
    await vi.waitFor(() => expect(turns.waiting).toBe(1));
    other.resolve();
    await running;
    await expect(large).resolves.toHaveLength(1);
    expect(turns.running).toBe(0);
  });

  test("an abort ends the wait", async () => {
    const turns = new ConcurrencyLimit(1);
    const other = Promise.withResolvers<void>();
    const running = turns.run(() => other.promise, signal);
    const controller = new AbortController();
    const large = readInTurn(reader(17 * mebibyte), defaultPackLimits, controller.signal, turns);
    await vi.waitFor(() => expect(turns.waiting).toBe(1));
    controller.abort(new Error("enough"));
    await expect(large).rejects.toThrow("enough");
    other.resolve();
    await running;
  });
});

test("a pack beyond its own limit is refused after one reading", async () => {
  const read = reader(17 * mebibyte);
  const limits = { ...defaultPackLimits, totalBytes: mebibyte };
  await expect(readInTurn(read, limits, signal)).rejects.toMatchObject({ code: "SourceTooLarge" });
  expect(read).toHaveBeenCalledTimes(1);
});
