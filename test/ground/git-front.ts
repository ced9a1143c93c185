import { createServer as createHttpServer, request as httpRequest, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Server as TcpServer } from "node:net";
import { pipeline, Transform } from "node:stream";
import type { TestCertificate } from "./registry.ts";

export interface Front extends AsyncDisposable {
  /** Host and port. */
  readonly host: string;
}

/** TLS before a git server that has none. */
export async function startTlsFront(
  upstream: string,
  { cert, key }: TestCertificate,
): Promise<Front> {
  const target = new URL(upstream);
  const server = createHttpsServer({ cert, key }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const options = { host: target.hostname, port: target.port, method, path, headers };
    const forwarded = httpRequest(options, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
      reply.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  return listen(server);
}

export interface Proxy extends Front {
  /** "host:port" of each tunnel that was asked for. */
  readonly tunnels: readonly string[];
}

/** An HTTP proxy (RFC 9110, CONNECT) that lets in who knows the password. */
export async function startProxy(credentials: string): Promise<Proxy> {
  const expected = `Basic ${Buffer.from(credentials).toString("base64")}`;
  const tunnels: string[] = [];
  const server = createHttpServer((_, response) => response.writeHead(405).end());
  server.on("connect", ({ url = "", headers }, socket) => {
    socket.on("error", () => undefined);
    if (headers["proxy-authorization"] !== expected) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n");
      return;
    }
    tunnels.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    const target = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.on("close", () => target.destroy());
  });
  return Object.assign(await listen(server), { tunnels });
}

/** A slow link: every piece of data waits, and no more than so many bytes a second go through. */
export async function startSlowLink(
  upstream: string,
  { delayMs, bytesPerSecond }: { delayMs: number; bytesPerSecond: number },
): Promise<Front> {
  const target = new URL(upstream);
  const slow = () =>
    new Transform({
      transform(chunk: Buffer, _, done) {
        const waitMs = delayMs + (chunk.length / bytesPerSecond) * 1_000;
        setTimeout(() => done(null, chunk), waitMs);
      },
    });
  return listen(
    createServer((socket) => {
      const upstreamSocket = connect(Number(target.port), target.hostname);
      const ended = () => {
        socket.destroy();
        upstreamSocket.destroy();
      };
      pipeline(socket, slow(), upstreamSocket, ended);
      pipeline(upstreamSocket, slow(), socket, ended);
    }),
  );
}

async function listen(server: TcpServer | Server): Promise<Front> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
    },
  };
}
