import { readFileSync } from "node:fs";
import { Agent, fetch } from "undici";
import { kinds } from "../../../src/api/index.ts";
import { Kubectl } from "../../ground/index.ts";

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority"?: string };
  }[];
  readonly users: readonly { readonly user: { readonly token?: string } }[];
}

interface Access {
  readonly server: string;
  readonly token: string;
  readonly dispatcher: Agent;
}

/**
 * Reads forge's objects for tests that look again and again: a request costs a tenth of a kubectl.
 * It shares no code with the client that is tested.
 */
export class ObjectReader {
  readonly #access: Access | undefined;
  readonly #kubectl: Kubectl;

  /** @param kubeconfig with a token; kubectl reads in its place where there is none */
  constructor(kubeconfig: string) {
    this.#kubectl = new Kubectl(kubeconfig);
    this.#access = accessOf(kubeconfig);
  }

  async get<T>(namespace: string, kind: string, name: string): Promise<T> {
    const plural = pluralOf(kind);
    if (this.#access === undefined || plural === undefined)
      return this.#kubectl.get<T>(namespace, kind, name);
    return read<T>(this.#access, `${pathOf(namespace, plural)}/${name}`);
  }

  /** @param fields as `--field-selector` takes them */
  async list<T>(namespace: string, kind: string, fields = ""): Promise<T[]> {
    const plural = pluralOf(kind);
    if (this.#access === undefined || plural === undefined) {
      const args = ["-n", namespace, "get", kind, "-o", "json", `--field-selector=${fields}`];
      return (JSON.parse(await this.#kubectl.output(args)) as { items: T[] }).items;
    }
    const query = `?${new URLSearchParams({ fieldSelector: fields })}`;
    const path = `${pathOf(namespace, plural)}${query}`;
    return (await read<{ items: T[] }>(this.#access, path)).items;
  }
}

function pathOf(namespace: string, plural: string): string {
  return `/apis/forge.dev/v1alpha1/namespaces/${namespace}/${plural}`;
}

function pluralOf(name: string): string | undefined {
  return kinds.find(({ singular, plural }) => name === singular || name === plural)?.plural;
}

function accessOf(kubeconfig: string): Access | undefined {
  const text = readFileSync(kubeconfig, "utf8");
  // The tests write JSON; kind writes YAML, with a client certificate.
  if (!text.startsWith("{")) return undefined;
  const { clusters, users } = JSON.parse(text) as Kubeconfig;
  const [cluster, token] = [clusters[0]?.cluster, users[0]?.user.token];
  const authority = cluster?.["certificate-authority"];
  if (cluster === undefined || authority === undefined || token === undefined) return undefined;
  const dispatcher = new Agent({ connect: { ca: readFileSync(authority, "utf8") } });
  return { server: cluster.server, token, dispatcher };
}

async function read<T>({ server, token, dispatcher }: Access, path: string): Promise<T> {
  const answer = await fetch(server + path, {
    dispatcher,
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${JSON.stringify(body)}`);
  return body as T;
}
