import { KeptBack } from "./connection.ts";
import { KubeError } from "./errors.ts";

/** Takes the body of an answer piece by piece. Both throw SyntaxError for what is not JSON. */
export interface AnswerReader<Answer = unknown> {
  add(piece: Buffer): void;
  /** What the answer says, once all of it has come. */
  end(): Answer;
}

/** Reads an answer whole, as text. */
export class TextAnswer implements AnswerReader<string> {
  readonly #pieces: Buffer[] = [];

  add(piece: Buffer): void {
    this.#pieces.push(piece);
  }

  end(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }
}

/** Reads an answer whole, as JSON. */
export class JsonAnswer implements AnswerReader {
  readonly #text = new TextAnswer();

  add(piece: Buffer): void {
    this.#text.add(piece);
  }

  end(): unknown {
    return JSON.parse(this.#text.end());
  }
}

export interface Origin {
  /** What errors call the request. */
  readonly subject: string;
  readonly host: string;
  readonly signal: AbortSignal;
}

/** @throws KubeError Unreachable, AnswerTooLarge, MalformedAnswer; or the signal's reason */
export async function readAnswer<Answer>(
  body: AsyncIterable<Buffer>,
  { maximumBytes, ...origin }: Origin & { readonly maximumBytes: number },
  reader: AnswerReader<Answer>,
): Promise<Answer> {
  let size = 0;
  try {
    for await (const piece of body) {
      size += piece.length;
      if (size > maximumBytes) {
        const said = `${origin.subject}: answer over ${maximumBytes} bytes`;
        throw new KubeError("AnswerTooLarge", said, { retry: "never" });
      }
      reader.add(piece);
    }
    return reader.end();
  } catch (thrown) {
    if (!(thrown instanceof SyntaxError)) throw unreachable(thrown, origin);
    const said = `${origin.subject}: the answer is not JSON`;
    throw new KubeError("MalformedAnswer", said, { cause: thrown });
  }
}

/**
 * The first bytes of a body as text; what comes after them is not waited for.
 * @throws KubeError Unreachable, or the signal's reason
 */
export async function readBeginning(
  body: AsyncIterable<Buffer>,
  { maximumBytes, ...origin }: Origin & { readonly maximumBytes: number },
): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of body) {
      pieces.push(piece);
      size += piece.length;
      if (size >= maximumBytes) break;
    }
  } catch (thrown) {
    throw unreachable(thrown, origin);
  }
  return Buffer.concat(pieces).subarray(0, maximumBytes).toString("utf8");
}

/** A connection that failed, as a KubeError; what the signal was aborted with comes as it is. */
export function unreachable(thrown: unknown, { subject, host, signal }: Origin): unknown {
  if (signal.aborted) return signal.reason;
  if (thrown instanceof KeptBack) return thrown.reason;
  if (thrown instanceof KubeError) return thrown;
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new KubeError("Unreachable", `${subject}: API server ${host}: ${said}`, { cause: thrown });
}
