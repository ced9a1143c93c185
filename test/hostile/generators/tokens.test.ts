import { expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { authorizationShapes, challengeShapes } from "./tokens.ts";

/** The head of a request has 16 KiB. */
const headBytes = 16 * 1024;

test.each(Object.entries(authorizationShapes))("reaches the program: %s", (_name, make) => {
  const value = make(seededRandom(1));
  expect(value.length).toBeLessThan(headBytes - 1_000);
  expect(value).toMatch(/^[\t -~]*$/);
});

test("a token without an algorithm has no signature", () => {
  const [, header = "", , signature] =
    /^Bearer ([^.]+)\.([^.]+)\.(.*)$/.exec(
      authorizationShapes["no algorithm"]?.(seededRandom(1)) ?? "",
    ) ?? [];
  expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "none" });
  expect(signature).toBe("");
});

test.each(Object.entries(challengeShapes("http://127.0.0.1:1/token")))(
  "is a header that a server may send: %s",
  (_name, make) => {
    const { header } = make(seededRandom(1));
    expect(header.length).toBeLessThan(headBytes - 1_000);
    expect(header).toMatch(/^[\t -~]*$/);
  },
);
