const chunkLength = 64 * 1_024;

/**
 * Lines, each with its line feed, in chunks that are worth a write. `mayGoOn` is asked before each
 * chunk, and ends the chunks by what it throws.
 */
export async function* lineChunks(
  lines: AsyncIterable<string>,
  mayGoOn: () => Promise<void>,
): AsyncGenerator<string, void, undefined> {
  const iterator = lines[Symbol.asyncIterator]();
  try {
    for (;;) {
      await mayGoOn();
      let text = "";
      let isDone = false;
      while (text.length < chunkLength && !isDone) {
        const { done, value } = await iterator.next();
        if (done === true) isDone = true;
        else text += value;
      }
      if (text !== "") yield text;
      if (isDone) return;
    }
  } finally {
    await iterator.return?.();
  }
}
