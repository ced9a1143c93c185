import { expect, test } from "vitest";
import { canariesIn, canary } from "./canary.ts";

const bird = canary("bird");
const { value } = bird;
const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each([
  { because: "it stands there", text: `password ${value}.`, form: "plain" },
  { because: "it is in a query", text: `?p=${encodeURIComponent(value)}&b=c`, form: "URL-encoded" },
  { because: "it is a value of a Secret", text: base64(value), form: "base64" },
  { because: "a user stands before it", text: base64(`forge:${value}`), form: "base64" },
  { because: "a shorter user does", text: base64(`me:${value}`), form: "base64" },
  { because: "it is within a document", text: base64(`{"a":"${value}"}`), form: "base64" },
  {
    because: "it is a claim of a token",
    text: Buffer.from(`{"jti":"${value}"}`).toString("base64url"),
    form: "base64",
  },
])("is found in $form: $because", ({ text, form }) => {
  expect(canariesIn(`before ${text} behind`, [bird, canary("other")])).toEqual([`bird, ${form}`]);
});

test("is not found where it is not", () => {
  expect(canariesIn(`${value.slice(1)} ${base64("canary")}`, [bird])).toEqual([]);
});
