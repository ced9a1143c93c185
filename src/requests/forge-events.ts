import type { KubeClient, KubeObject, Resource } from "../../controller/kube/index.ts";
import { group } from "../api/index.ts";

/** More are for the dashboard; a list of people's ends long before. */
const maximumListed = 20_000;

const events: Resource = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  kind: "Event",
  namespaced: true,
};

/** The part of events.k8s.io/v1 Event that is shown. */
export interface ForgeEvent {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly creationTimestamp?: string | undefined };
  readonly eventTime?: string;
  readonly type?: string;
  readonly reason?: string;
  readonly action?: string;
  readonly note?: string;
  readonly regarding?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name?: string;
  };
}

/** What was told of forge's objects in a namespace, in no order. */
export async function forgeEvents(
  client: Pick<KubeClient, "listAll">,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly ForgeEvent[]> {
  const { items } = await client.listAll<ForgeEvent & KubeObject>(events, {
    namespace,
    maximum: maximumListed,
    signal,
  });
  return items.filter(({ regarding }) => regarding?.apiVersion?.startsWith(`${group}/`));
}
