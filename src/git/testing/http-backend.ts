import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRepository } from "./check-repository.ts";

/** Runs git in a folder, apart from the settings of the machine, and answers its output. */
export function git(cwd: string, ...args: string[]): string {
  return execFileSync("git", args, {
    cwd,
    env: gitEnvironment,
    encoding: "utf8",
    stdio: "pipe",
  }).trim();
}

const gitEnvironment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ann",
  GIT_AUTHOR_EMAIL: "ann@example.com",
  GIT_COMMITTER_NAME: "Ann",
  GIT_COMMITTER_EMAIL: "ann@example.com",
};

/** Written to the file, since each `git config` is a process and tests start hundreds of servers. */
const serverConfig = `[http]
	receivepack = true
[uploadpack]
	allowFilter = true
[receive]
	fsckObjects = true
	autogc = false
`;

/** Comes before git: answers the request itself (true), or lets it pass. */
export type Intercept = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<boolean>;

export interface GitServer extends AsyncDisposable {
  readonly url: string;
  /** The bare repository's folder. */
  readonly gitDir: string;
  /** "POST /repo.git/git-receive-pack", in order of arrival. */
  readonly requests: string[];
  /** As they were pushed. */
  readonly packs: readonly Buffer[];
  intercept: Intercept | undefined;
  /** What a repository may be done to that git calls broken: then it is not checked at the end. */
  unchecked: boolean;
}

/**
 * The real git http-backend behind node:http, with one empty bare repository. At the end
 * `git fsck --strict` checks it, and isomorphic-git every pack that was pushed.
 */
export async function startGitServer(...initArgs: string[]): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), "forge-git-"));
  const gitDir = join(root, "repo.git");
  const init = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main"];
  git(root, ...init, ...initArgs, gitDir);
  mkdirSync(join(gitDir, "hooks"));
  appendFileSync(join(gitDir, "config"), serverConfig);
  const requests: string[] = [];
  const packs: Buffer[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (await state.intercept?.(request, response)) return;
    collectPack(request, packs);
    runBackend(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/repo.git`;
  const state: GitServer = {
    url,
    gitDir,
    requests,
    packs,
    intercept: undefined,
    unchecked: false,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!state.unchecked) await checkRepository(gitDir, packs);
      rmSync(root, { recursive: true, force: true });
    },
  };
  return state;
}

function collectPack(request: IncomingMessage, packs: Buffer[]): void {
  if (request.method !== "POST" || !request.url?.endsWith("/git-receive-pack")) return;
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    packs.push(body.subarray(body.indexOf("0000PACK") + 4));
  });
}

/** CGI (RFC 3875): headers, an empty line, the body. */
function runBackend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const variables = {
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: "1",
    GIT_PROTOCOL: request.headers["git-protocol"] ?? "",
    REQUEST_METHOD: request.method,
    PATH_INFO: path,
    QUERY_STRING: query,
    CONTENT_TYPE: request.headers["content-type"] ?? "",
    CONTENT_LENGTH: request.headers["content-length"] ?? "",
    REMOTE_USER: "test",
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const child = spawn("env", [...settings, "git", "http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin).on("error", () => {});
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf("\r\n\r\n");
    for (const line of output.toString("latin1", 0, end).split("\r\n")) {
      const [name = "", value = ""] = line.split(": ");
      if (name === "Status") response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(output.subarray(end + 4));
  });
}
