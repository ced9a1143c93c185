/** What hangs in a server that goes on answering: only a restart helps then. */

/** Watches end and waits are over long before; a ledger's connection has given up. */
export const wedgedMs = 15 * 60_000;

interface Watching {
  readonly resource: { readonly plural: string };
  readonly quietMs: number;
}

export function wedged(
  informers: readonly Watching[],
  ledger: { readonly writingMs: number },
): readonly string[] {
  const quiet = informers
    .filter(({ quietMs }) => quietMs > wedgedMs)
    .map(({ resource, quietMs }) => `${resource.plural}: nothing was heard for ${quietMs} ms`);
  const { writingMs } = ledger;
  if (writingMs <= wedgedMs) return quiet;
  return [...quiet, `the ledger: a write has not ended for ${Math.round(writingMs)} ms`];
}
