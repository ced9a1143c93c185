import { readFileSync } from "node:fs";
import { Agent, fetch } from "undici";

/** Objects of forge as a person writes them, by requests that cost less than a kubectl. */
export class KubeApi {
  readonly #server: string;
  readonly #token: string;
  readonly #dispatcher: Agent;

  /** @param kubeconfig in JSON, with a token and the file of an authority */
  constructor(kubeconfig: string) {
    const { clusters, users } = JSON.parse(readFileSync(kubeconfig, "utf8")) as {
      clusters: { cluster: { server: string; "certificate-authority": string } }[];
      users: { user: { token: string } }[];
    };
    const [{ cluster } = raise()] = clusters;
    this.#server = cluster.server;
    this.#token = users[0]?.user.token ?? "";
    const ca = readFileSync(cluster["certificate-authority"], "utf8");
    this.#dispatcher = new Agent({ connect: { ca } });
  }

  /** Answers the status; the object is there from 201 on. */
  create(namespace: string, plural: string, object: object): Promise<ApiResult> {
    return this.#send("POST", pathOf(namespace, plural), object);
  }

  get(namespace: string, plural: string, name: string): Promise<ApiResult> {
    return this.#send("GET", `${pathOf(namespace, plural)}/${name}`);
  }

  delete(namespace: string, plural: string, name: string): Promise<ApiResult> {
    return this.#send("DELETE", `${pathOf(namespace, plural)}/${name}`);
  }

  /** An API server that is too busy to answer ends nothing. */
  #send(method: string, path: string, body?: object): Promise<ApiResult> {
    return this.#exchange(method, path, body).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "TimeoutError") {
        return { status: 504, body: {} };
      }
      throw error;
    });
  }

  async #exchange(method: string, path: string, body?: object): Promise<ApiResult> {
    const answer = await fetch(this.#server + path, {
      method,
      dispatcher: this.#dispatcher,
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: answer.status, body: await answer.json() };
  }

  close(): Promise<void> {
    return this.#dispatcher.close();
  }
}

export interface ApiResult {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- objects of every kind, as they come
  readonly body: any;
}

function pathOf(namespace: string, plural: string): string {
  return `/apis/forge.dev/v1alpha1/namespaces/${namespace}/${plural}`;
}

function raise(): never {
  throw new Error("the kubeconfig names no cluster");
}
