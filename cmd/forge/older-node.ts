/**
 * Adds to Node 20 and 22 what the command and its libraries use of later ones: nothing but what
 * test/system/install/older-node.test.ts has shown to be missing.
 */
import { syncBuiltinESMExports } from "node:module";
import tls from "node:tls";
import workerThreads from "node:worker_threads";
import zlib from "node:zlib";

export function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: PromiseWithResolvers<T>["resolve"] = () => {};
  let reject: PromiseWithResolvers<T>["reject"] = () => {};
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

export function parseUrl(url: string | URL, base?: string | URL): URL | null {
  try {
    return new URL(url, base);
  } catch {
    return null;
  }
}

export function groupBy<K, T>(
  items: Iterable<T>,
  keyOf: (item: T, index: number) => K,
): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Adds each that is missing to what it belongs to. */
function add(target: object, missing: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(missing)) {
    if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true });
  }
}

add(Promise, { withResolvers });
add(URL, { parse: parseUrl });
add(Map, { groupBy });
add(tls, { getCACertificates: () => tls.rootCertificates });
// undici names both as it is loaded. It marks objects that no thread of the command ever gets, and
// asks no server for zstd.
add(workerThreads, { markAsUncloneable: () => {} });
add(zlib, {
  createZstdDecompress: () => {
    throw new Error("this Node has no zstd");
  },
});
syncBuiltinESMExports();
