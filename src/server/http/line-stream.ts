/** Lines without end, as fast as they are read. */
import type { Clock } from "../../../controller/kube/index.ts";

const encoder = new TextEncoder();
const chunkLength = 64 * 1_024;
/** A reader that takes nothing for so long has gone, or holds a place for nothing. */
const idleMs = 60_000;

export interface LineStreamOptions {
  /** Each with its line feed. */
  readonly lines: AsyncIterable<string>;
  /** Asked before each chunk; what it throws ends the stream. */
  readonly mayGoOn: () => Promise<void>;
  readonly clock: Clock;
  readonly onEnd: () => void;
}

/**
 * Nothing is read for a reader that takes nothing. A stream that fails is torn, and not ended: its
 * reader can tell that there is more. What fails before the first line is thrown.
 */
export async function lineStream(options: LineStreamOptions): Promise<ReadableStream<Uint8Array>> {
  const { lines, mayGoOn, clock, onEnd } = options;
  const iterator = lines[Symbol.asyncIterator]();
  const read = async (): Promise<string> => {
    await mayGoOn();
    let text = "";
    while (text.length < chunkLength) {
      const { done, value } = await iterator.next();
      if (done) break;
      text += value;
    }
    return text;
  };
  let rouse = () => undefined as unknown;
  const end = () => {
    rouse();
    onEnd();
    void iterator.return?.().catch(() => undefined);
  };
  let first: string | undefined;
  try {
    first = await read();
  } catch (error) {
    end();
    throw error;
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        rouse();
        try {
          const text = first ?? (await read());
          first = undefined;
          if (text === "") {
            end();
            controller.close();
            return;
          }
          controller.enqueue(encoder.encode(text));
          rouse = clock.after(idleMs, () => {
            end();
            controller.error(new Error("nobody reads"));
          });
        } catch (error) {
          end();
          controller.error(error);
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}
