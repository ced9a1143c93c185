import { type Server, startServer, tokenOf } from "../../ground/index.ts";
import type { Person } from "./ground-addresses.ts";
import type { Workspace } from "./workspace.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body, read as JSON where it is. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers of every shape
  readonly body: any;
}

export function startServerFor(
  workspace: Workspace,
  options: {
    readonly name?: string;
    readonly args?: readonly string[];
    readonly nodeArgs?: readonly string[];
  } = {},
): Promise<Server> {
  const { ground, namespace } = workspace;
  return startServer({
    kubeconfig: ground.serverKubeconfig,
    logFile: `${ground.folder}/${namespace}-${options.name ?? "server"}.log`,
    args: options.args ?? [],
    nodeArgs: options.nodeArgs ?? [],
  });
}

/** The REST API in somebody's hands. */
export class ApiClient {
  readonly #url: string;
  readonly token: string | undefined;

  constructor(url: string, token: string | undefined) {
    this.#url = url;
    this.token = token;
  }

  static as(server: Server, workspace: Workspace, person: Person): ApiClient {
    return new ApiClient(server.url, tokenOf(workspace.ground.people[person]));
  }

  get(path: string, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.send("GET", path, undefined, headers);
  }

  post(path: string, body: object, headers: Record<string, string> = {}): Promise<ApiAnswer> {
    return this.send("POST", path, body, headers);
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: {
        ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    const isJson = /json(;|$)/.test(answer.headers.get("content-type") ?? "");
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  }
}
