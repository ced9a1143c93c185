import type { ServerResponse } from "node:http";

export type Pace = "drip" | "silence" | "endless";

const dripMs = 250;
const endlessBytes = 400 * 1024 * 1024;

/** Sends a body whole, a byte now and then, not at all, or again and again until a bound. */
export function sendPaced(response: ServerResponse, body: Buffer, pace: Pace | undefined): void {
  switch (pace) {
    case "silence":
      response.flushHeaders();
      return;
    case "drip":
      drip(response, body);
      return;
    case "endless":
      repeat(response, body);
      return;
    default:
      response.end(body);
  }
}

function drip(response: ServerResponse, body: Buffer): void {
  let sent = 0;
  const timer = setInterval(() => {
    if (sent === body.length) response.end();
    else response.write(body.subarray(sent, sent + 1));
    sent += 1;
  }, dripMs);
  response.once("close", () => clearInterval(timer));
}

function repeat(response: ServerResponse, body: Buffer): void {
  let sent = 0;
  const more = () => {
    while (!response.destroyed && sent < endlessBytes) {
      sent += Math.max(body.length, 1);
      if (!response.write(body)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}
