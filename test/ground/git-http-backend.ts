// A smart-HTTP git server: `node git-http-backend.ts <folder> <address> <port> [user:password]`.
// It answers every repository below the folder by running git's own http-backend.
import { spawn } from "node:child_process";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createGunzip } from "node:zlib";

const [root, address, port, credentials] = process.argv.slice(2);
if (root === undefined || port === undefined)
  throw new Error("folder, address and port are needed");
const expected = credentials && `Basic ${Buffer.from(credentials).toString("base64")}`;

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (expected && request.headers.authorization !== expected) {
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
    return;
  }
  const url = new URL(request.url ?? "/", "http://localhost");
  const backend = spawn("git", ["http-backend"], {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      GIT_CONFIG_NOSYSTEM: "1",
      HOME: root,
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      GIT_PROTOCOL: [request.headers["git-protocol"]].flat()[0] ?? "",
      REMOTE_USER: credentials?.split(":")[0] ?? "",
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const body =
    request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
  body.pipe(backend.stdin).on("error", () => undefined);
  forwardCgi(backend.stdout, response);
  response.once("close", () => backend.kill());
}

/** CGI/1.1 (RFC 3875 section 6): headers, an empty line, the body. */
function forwardCgi(output: NodeJS.ReadableStream, response: ServerResponse): void {
  let head: Buffer | undefined = Buffer.alloc(0);
  output.on("data", (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    for (const line of head.subarray(0, end).toString().split("\r\n")) {
      const colon = line.indexOf(":");
      const [name, value] = [line.slice(0, colon), line.slice(colon + 1).trim()];
      if (name.toLowerCase() === "status") response.statusCode = Number(value.slice(0, 3));
      else response.setHeader(name, value);
    }
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  output.on("end", () => response.end());
}

createServer(answer).listen(Number(port), address);
