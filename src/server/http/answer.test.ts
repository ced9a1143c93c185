import { expect, test } from "vitest";
import { expectedVersion, jsonResponse } from "./answer.ts";
import { JsonText } from "./json-text.ts";

const get = (headers: Record<string, string> = {}) => new Request("http://x/", { headers });
const answer = { status: 200, body: { a: 1 }, version: "7" };

test("the same content has the same ETag, other content another", async () => {
  const tag = (body: object) => jsonResponse({ ...answer, body }, get()).headers.get("etag");
  expect(tag({ a: 1 })).toBe(tag({ a: 1 }));
  expect(tag({ a: 1 })).not.toBe(tag({ a: 2 }));
  expect(tag({ a: 1 })).toMatch(/^"7\./);
});

test.each([
  { header: (etag: string) => etag, status: 304, because: "nothing is new" },
  { header: (etag: string) => `W/${etag}`, status: 304, because: "it is compared weakly" },
  { header: (etag: string) => `"other", ${etag}`, status: 304, because: "one of several fits" },
  { header: () => '"other"', status: 200, because: "it is another" },
])("$status, because $because", ({ header, status }) => {
  const etag = jsonResponse(answer, get()).headers.get("etag") ?? "";
  expect(jsonResponse(answer, get({ "if-none-match": header(etag) })).status).toBe(status);
});

test.each([
  { header: null, version: undefined, because: "nothing is asked" },
  { header: "*", version: undefined, because: "any is good" },
  { header: '"7.abc"', version: "7", because: "the version stands first" },
  { header: '"7"', version: "7", because: "a version alone will do" },
  { header: "7", version: "", because: "what is no ETag fits nothing" },
  { header: 'W/"7.abc"', version: "", because: "If-Match is strong (RFC 9110 section 13.1.1)" },
])("$header: $version, because $because", ({ header, version }) => {
  expect(expectedVersion(header)).toBe(version);
});

test("what was made text before is sent as it is, but not where fields are picked", async () => {
  const text = new JsonText({ a: 1, b: 2 });
  const { bytes } = text;
  const known = { status: 200, body: text };
  expect(await jsonResponse(known, get()).json()).toEqual({ a: 1, b: 2 });
  expect(await jsonResponse(known, get(), "a").json()).toEqual({ a: 1 });
  expect(text.bytes).toBe(bytes);
  expect(JSON.stringify(known.body)).toBe('{"a":1,"b":2}');
});
