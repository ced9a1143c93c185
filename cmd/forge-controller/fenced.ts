import type { Fence } from "../../controller/index.ts";
import { type GitRemote, openRemote, type RemoteOptions } from "../../src/git/index.ts";
import { RegistryClient } from "../../src/oci/index.ts";

/** A registry that takes the last step of a push, the manifest, from a leader alone. */
export class FencedRegistry extends RegistryClient {
  readonly #fence: Fence;

  constructor(options: ConstructorParameters<typeof RegistryClient>[0], fence: Fence) {
    super(options);
    this.#fence = fence;
  }

  override async putManifest(...args: Parameters<RegistryClient["putManifest"]>): Promise<void> {
    this.#fence.check();
    await super.putManifest(...args);
  }
}

/** Opens repositories that take a push from a leader alone. */
export function openFencedRemote(fence: Fence): (options: RemoteOptions) => GitRemote {
  return (options) => {
    const remote = openRemote(options);
    return {
      objectFormat: (signal) => remote.objectFormat(signal),
      listRefs: (prefixes, signal) => remote.listRefs(prefixes, signal),
      fetch: (request, into, signal) => remote.fetch(request, into, signal),
      checkPush: (signal) => remote.checkPush(signal),
      push: async (request, signal) => {
        fence.check();
        return remote.push(request, signal);
      },
      close: () => remote.close(),
    };
  };
}
