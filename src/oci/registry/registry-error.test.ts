import { expect, test } from "vitest";
import { errorOf } from "./registry-error.ts";

const answerWith = (body: string) => ({
  status: 400,
  url: new URL("https://registry.example.com/v2/"),
  header: () => undefined,
  text: () => Promise.resolve(body),
  bytes: () => Promise.resolve(Buffer.from(body)),
  chunks: () => {
    throw new Error("nobody asks for pieces");
  },
  discard: () => Promise.resolve(),
});

test.each([
  {
    because: "its own words are shown",
    body: '{"errors":[{"code":"UNSUPPORTED","message":"no such thing"}]}',
    says: "answered 400 to GET /v2/: UNSUPPORTED no such thing",
  },
  {
    because: "words that act on the reader are made harmless",
    body: '{"errors":[{"code":"X","message":"\\u001b[2J\\r\\nfake \\u202etxt"}]}',
    says: "to GET /v2/: X [2J fake txt",
  },
  {
    because: "what is no text has no words",
    body: '{"errors":[{"code":{"toString":1},"message":{"toString":1}},null,7]}',
    says: "answered 400 to GET /v2/",
  },
  { because: "a page for people is cut", body: "x".repeat(5_000), says: `${"x".repeat(499)}…` },
])("$because", async ({ body, says }) => {
  const { message } = await errorOf(answerWith(body), "GET /v2/", 0);
  expect(message.endsWith(says)).toBe(true);
});
