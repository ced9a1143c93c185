/** The one owner of a stream's slot: it is given back however the response ends. */
import type { Clock } from "../../../controller/kube/index.ts";
import type { StreamAnswer } from "./route.ts";

const encoder = new TextEncoder();
/** A reader that takes no chunk for so long is gone, or holds a slot for nothing. */
const idleMs = 60_000;

export interface StreamRequest {
  readonly request: Pick<Request, "method" | "signal">;
  readonly user: string;
  readonly clock: Clock;
}

/**
 * Reads nothing that the client does not take. An error before the first chunk is thrown; a later
 * one tears the stream, so that the client can tell it from the end.
 */
export async function streamResponse(
  answer: StreamAnswer,
  { request, user, clock }: StreamRequest,
): Promise<Response> {
  const init = { headers: { "content-type": answer.mediaType, "x-accel-buffering": "no" } };
  // Nobody reads the body of an answer to HEAD: nothing is opened for it.
  if (request.method === "HEAD") return new Response(null, init);
  const { signal: gone } = request;
  gone.throwIfAborted();
  const slot = answer.slots.take(user);
  const chunks = answer.open(slot.signal)[Symbol.asyncIterator]();
  let calm = () => undefined as unknown;
  const end = () => {
    calm();
    gone.removeEventListener("abort", end);
    slot.giveBack();
    void chunks.return?.().catch(() => undefined);
  };
  gone.addEventListener("abort", end, { once: true });
  let next: IteratorResult<string, unknown> | undefined;
  try {
    next = await chunks.next();
    // The client may be gone by now: then nobody would read, nor cancel, the stream.
    gone.throwIfAborted();
  } catch (error) {
    end();
    throw error;
  }
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => watch(controller),
      async pull(controller) {
        calm();
        try {
          const { done, value } = next ?? (await chunks.next());
          next = undefined;
          if (done === true) {
            end();
            controller.close();
            return;
          }
          controller.enqueue(encoder.encode(value));
          watch(controller);
        } catch (error) {
          end();
          controller.error(error);
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
  return new Response(body, init);

  /** Also of a response that nobody begins to read. */
  function watch(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (slot.signal.aborted) return;
    calm = clock.after(idleMs, () => {
      end();
      controller.error(new Error("nobody reads"));
    });
  }
}
