import { type CacheReader, type Key, keyOf } from "../../../controller/kube/index.ts";
import type { Release } from "../../api/index.ts";
import { isVerifiedAlias } from "../../triggers/index.ts";
import { aliasIndex } from "../resources.ts";

/** A grant that the cache does not show yet. */
interface Grant {
  readonly key: Key;
  readonly commit: string;
  readonly index: string;
  readonly value: string;
  readonly isVerified: boolean;
}

/**
 * The holders of aliases, by the cache and by what this process granted since: of two releases
 * that are packaged at once, one gets the alias. The holder of a verified alias keeps it. One that
 * nobody could verify keeps nothing from a release whose claim was verified.
 */
export class GrantedAliases {
  readonly #cache: CacheReader<Release>;
  /** By uid; as many as are in flight, since each grant drops those that the cache shows. */
  readonly #grants = new Map<string, readonly Grant[]>();

  constructor(cache: CacheReader<Release>) {
    this.#cache = cache;
  }

  /** The name of the release of another commit that keeps this one from an alias. */
  holder(release: Release, value: string, isVerified: boolean): string | undefined {
    const index = aliasIndex(release, value);
    const cached = this.#cache
      .byIndex("alias", index)
      .find(
        (other) =>
          other.spec.commit !== release.spec.commit &&
          (!isVerified || isVerifiedAlias(other, value)),
      );
    if (cached !== undefined) return cached.metadata.name;
    this.#forgetShown();
    return [...this.#grants.values()]
      .flat()
      .find(
        (grant) =>
          grant.index === index &&
          grant.commit !== release.spec.commit &&
          (!isVerified || grant.isVerified),
      )?.key.name;
  }

  grant(release: Release, aliases: ReadonlyMap<string, boolean>): void {
    this.#forgetShown();
    const key = keyOf(release);
    const { commit } = release.spec;
    const grants = [...aliases].map(([value, isVerified]) => {
      return { key, commit, index: aliasIndex(release, value), value, isVerified };
    });
    this.#grants.set(release.metadata.uid ?? "", grants);
  }

  /** Takes back what was granted to a release that did not come to be. */
  revoke(release: Release): void {
    this.#grants.delete(release.metadata.uid ?? "");
  }

  #forgetShown(): void {
    for (const [uid, grants] of this.#grants) {
      if (grants.every((grant) => this.#isShown(grant))) this.#grants.delete(uid);
    }
  }

  /** The cache has the alias, or the release is gone. */
  #isShown({ key, value }: Grant): boolean {
    const cached = this.#cache.get(key);
    return cached === undefined || cached.status?.aliases?.some((a) => a.value === value) === true;
  }
}
