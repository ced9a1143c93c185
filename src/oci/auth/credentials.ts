/** What a registry, or its token server, is shown. */
export type Credential = Password | { readonly identityToken: string };

export interface Password {
  readonly username: string;
  readonly password: string;
}

/** Credentials by registry, or by a part of its repositories. */
export interface Credentials {
  /** `place` is `<host>[/<path>]` as image references carry it. Throws InvalidSecret. */
  find(place: string, signal: AbortSignal): Promise<Credential | undefined>;
}

export const anonymous: Credentials = { find: () => Promise.resolve(undefined) };

/** The first of several sources that knows the place. */
export function firstOf(sources: readonly Credentials[]): Credentials {
  return {
    async find(place, signal) {
      for (const source of sources) {
        const found = await source.find(place, signal);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
