import { request } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type GeneratedRequest,
  type RequestTarget,
  requestShapes,
} from "../generators/http-requests.ts";
import {
  authorizationShapes,
  challengeShapes,
  type GeneratedChallenge,
} from "../generators/tokens.ts";
import type { HostileRegistry } from "../servers/hostile-registry.ts";
import type { HostileTenant } from "./hostile-tenant.ts";
import { artifactAt } from "./plugin-surfaces.ts";
import { type Surface, surfaceOf } from "./surface.ts";

/** Everybody else comes from 127.0.0.1: whoever sends refused tokens is slowed down by address. */
const localAddress = "127.0.0.2";
/** An answer that does not end is left. */
const patienceMs = 3_000;

interface Deps {
  readonly server: { readonly url: string };
  readonly target: RequestTarget;
  readonly registry: HostileRegistry;
  readonly tenant: HostileTenant;
}

/** Requests of callers of the REST API, and what registries say of tokens. */
export function serverSurfaces({ server, target, registry, tenant }: Deps): readonly Surface[] {
  const address = new URL(server.url);
  const sendToken = (authorization: string) =>
    new Promise<string>((resolve) => {
      const asked = request(new URL("/v1/me", server.url), {
        ...{ localAddress, agent: false, timeout: patienceMs },
        headers: { authorization },
      });
      asked.once("response", (answer) => {
        answer.resume();
        answer.once("error", () => resolve("cut off"));
        answer.once("end", () => resolve(String(answer.statusCode)));
      });
      asked.once("error", () => resolve("cut off"));
      asked.once("timeout", () => asked.destroy());
      asked.end();
    });
  const sendChallenge = async (challenge: GeneratedChallenge, id: string) => {
    const path = `releases/${tenant.repository}/${id}`;
    registry.setChallenge(path, challenge);
    const outcome = await tenant.release(id, { artifacts: [artifactAt(registry, path)] });
    registry.forget(path);
    return outcome;
  };
  const challenges = challengeShapes(registry.realm);
  return [
    surfaceOf<string | GeneratedChallenge>(
      "tokens",
      { ...authorizationShapes, ...challenges },
      (input, id) => (typeof input === "string" ? sendToken(input) : sendChallenge(input, id)),
    ),
    surfaceOf("http", requestShapes(target), async (made) => {
      const { connections = 1 } = made;
      const all = Array.from({ length: connections }, () => converse(address, made));
      const [first = "nothing"] = await Promise.all(all);
      return first;
    }),
  ];
}

/** Writes the pieces on a connection of its own; answers the first status. */
async function converse(
  { hostname, port }: URL,
  { pieces, pauseMs, answer }: GeneratedRequest,
): Promise<string> {
  const socket = connect({ host: hostname, port: Number(port), localAddress });
  let status = "no answer";
  const ended = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => undefined);
  if (answer === "read") {
    socket.on("data", (chunk: Buffer) => {
      if (status !== "no answer") return;
      status = /^HTTP\/1\.1 (\d{3})/.exec(chunk.toString("latin1", 0, 12))?.[1] ?? "no HTTP";
    });
  }
  for (const piece of pieces) {
    if (socket.destroyed) break;
    if (piece.length > 0) socket.write(piece);
    if (pauseMs !== undefined) await sleep(pauseMs);
  }
  if (answer === "read") {
    socket.end();
    await Promise.race([ended, sleep(patienceMs, undefined, { ref: false })]);
  } else if (answer === "leave") await sleep(5);
  socket.destroy();
  await ended;
  return status;
}
