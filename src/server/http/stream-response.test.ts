import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { Slots } from "./slots.ts";
import { streamResponse } from "./stream-response.ts";

const stop = () => new AbortController();

/** A pool of one, a client, and a stream of it. */
class Scene {
  readonly clock = new ManualClock();
  readonly stopping = stop();
  readonly client = stop();
  readonly slots = new Slots({
    ...{ total: 1, perCaller: 1, of: "streams" },
    stopping: this.stopping.signal,
  });
  opened = 0;
  closed = 0;

  answer(chunks: readonly (string | Error)[], isEndless = false, method = "GET") {
    const open = (signal: AbortSignal) => this.#chunks(chunks, isEndless, signal);
    return streamResponse(
      { mediaType: "text/plain", slots: this.slots, open },
      { request: { method, signal: this.client.signal }, user: "alice", clock: this.clock },
    );
  }

  async *#chunks(chunks: readonly (string | Error)[], isEndless: boolean, signal: AbortSignal) {
    this.opened += 1;
    try {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk;
        yield chunk;
      }
      if (!isEndless) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => resolve());
      await promise;
    } finally {
      this.closed += 1;
    }
  }
}

const read = async (response: Response) => {
  const reader = response.body?.getReader();
  await reader?.read();
  return reader as ReadableStreamDefaultReader<Uint8Array>;
};

interface Ending {
  readonly ending: string;
  readonly because: string;
  readonly end: (scene: Scene) => Promise<unknown>;
}

const endings: readonly Ending[] = [
  {
    ending: "HEAD",
    because: "nobody reads, nor cancels, the body of its answer",
    end: async (scene) => {
      const response = await scene.answer(["first"], true, "HEAD");
      expect([response.body, scene.opened]).toEqual([null, 0]);
    },
  },
  {
    ending: "the client is gone before anything was opened",
    because: "its abort event has been missed",
    end: async (scene) => {
      scene.client.abort(new Error("gone"));
      await expect(scene.answer(["first"], true)).rejects.toThrow("gone");
    },
  },
  {
    ending: "the client goes while the first chunk is made",
    because: "no response is handed on to anybody who could cancel it",
    end: async (scene) => {
      const answered = scene.answer([], true);
      scene.client.abort(new Error("gone"));
      await expect(answered).rejects.toThrow("gone");
    },
  },
  {
    ending: "the client goes, and the response is never read",
    because: "the listener drops a response without a word",
    end: async (scene) => {
      await scene.answer(["first"], true);
      scene.client.abort();
    },
  },
  {
    ending: "an error before the first chunk",
    because: "the answer is a problem then",
    end: async (scene) =>
      expect(scene.answer([new Error("no ledger")])).rejects.toThrow("no ledger"),
  },
  {
    ending: "an error in a later chunk",
    because: "the stream is torn, and cannot be taken for its end",
    end: async (scene) => {
      const reader = await read(await scene.answer(["first", new Error("API server away")]));
      await expect(reader.read()).rejects.toThrow("API server away");
    },
  },
  {
    ending: "the end",
    because: "everything was read",
    end: async (scene) => expect(await (await scene.answer(["a", "b"])).text()).toBe("ab"),
  },
  {
    ending: "an end without any chunk",
    because: "there is nothing to read",
    end: async (scene) => expect(await (await scene.answer([])).text()).toBe(""),
  },
  {
    ending: "the client cancels",
    because: "it has read enough",
    end: async (scene) => (await read(await scene.answer(["first"], true))).cancel(),
  },
  {
    ending: "a reader that takes nothing for a minute",
    because: "it is gone, or holds a slot for nothing",
    end: async (scene) => {
      const reader = await read(await scene.answer(["first", "second"], true));
      scene.clock.advance(59_000);
      expect(scene.slots.inUse).toBe(1);
      scene.clock.advance(2_000);
      await expect(reader.read()).rejects.toThrow("nobody reads");
    },
  },
  {
    ending: "a response that nobody begins to read",
    because: "it was lost on its way to a socket",
    end: async (scene) => {
      await scene.answer(["first"], true);
      scene.clock.advance(61_000);
    },
  },
  {
    ending: "the server stops",
    because: "streams end before the process does",
    end: async (scene) => {
      const reader = await read(await scene.answer(["first"], true));
      const last = reader.read();
      scene.stopping.abort();
      expect(await last).toMatchObject({ done: true });
    },
  },
];

describe("streamResponse", () => {
  test.each(endings)("$ending gives the slot back: $because", async ({ end }) => {
    const scene = new Scene();
    await end(scene);
    await new Promise(setImmediate);
    expect(scene.slots.inUse).toBe(0);
    expect(scene.closed).toBe(scene.opened);
  });

  test("reads no further than its reader", async () => {
    const scene = new Scene();
    const seen: number[] = [];
    async function* counted() {
      for (let n = 0; n < 100; n++) {
        seen.push(n);
        yield "x";
      }
    }
    const response = await streamResponse(
      { mediaType: "text/plain", slots: scene.slots, open: counted },
      { request: { method: "GET", signal: scene.client.signal }, user: "a", clock: scene.clock },
    );
    const reader = await read(response);
    expect(seen.length).toBeLessThan(3);
    await reader.cancel();
  });
});
