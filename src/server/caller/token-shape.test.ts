import fc from "fast-check";
import { expect, test } from "vitest";
import { shapeOf } from "./token-shape.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = encode({ alg: "RS256", kid: "a" });
const payload = encode({ iss: "https://kubernetes.default.svc", sub: "system:x" });
const signature = "s".repeat(342);

test.each([
  { token: `${header}.${payload}.${signature}`, shape: "jwt", because: "it is whole" },
  { token: "4f".repeat(24), shape: "opaque", because: "a file of tokens may have it" },
  { token: "abcdef.0123456789abcdef", shape: "opaque", because: "it is a bootstrap token" },
  { token: "garbage.garbage.garbage", shape: "opaque", because: "it does not claim to be JSON" },
  { token: `${header}.${payload}`, shape: "malformed", because: "the signature is missing" },
  { token: `${header}.${payload}.`, shape: "malformed", because: "the signature is empty" },
  { token: `${header}.${payload}.abc`, shape: "malformed", because: "no algorithm signs so short" },
  { token: `${header}.garbage.${signature}`, shape: "malformed", because: "it claims nothing" },
  { token: `eyJgarbage.${payload}.${signature}`, shape: "malformed", because: "no header is JSON" },
  {
    token: `${encode({ alg: "none" })}.${payload}.${signature}`,
    shape: "malformed",
    because: "it says that nobody signed it",
  },
  {
    token: `${header}.${payload}.${signature}.${signature}`,
    shape: "malformed",
    because: "it has four parts",
  },
])("$token is $shape: $because", ({ token, shape }) => {
  expect(shapeOf(token)).toBe(shape);
});

test("whatever it is, it has a shape", () => {
  fc.assert(
    fc.property(fc.string(), (token) => {
      expect(["jwt", "opaque", "malformed"]).toContain(shapeOf(token));
    }),
  );
});
