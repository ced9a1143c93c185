import { describe, expect, test } from "vitest";
import { ForgeError } from "./forge-error.ts";
import { redact } from "./redact.ts";

const secret = "hunter2-hunter2-hunter2";

describe("redact", () => {
  test.each([
    { text: `https://alice:${secret}@git.example.com/x`, because: "user info of a URL" },
    { text: `https://${secret}@git.example.com/x`, because: "a token may stand as the user" },
    { text: `Authorization: Bearer ${secret}`, because: "a header" },
    { text: `{"authorization":"Basic ${secret}"}`, because: "a header in JSON" },
    { text: `sent Bearer ${secret} to it`, because: "a header's value alone" },
    { text: `password=${secret}&x=1`, because: "a form field" },
    { text: `{"token": "${secret}"}`, because: "a JSON field" },
    { text: `api_key: ${secret}`, because: "a YAML field" },
    {
      text: `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
      because: "a private key",
    },
    { text: `-----BEGIN EC PRIVATE KEY-----\n${secret}`, because: "the first half of one" },
  ])("strikes out $because", ({ text }) => {
    expect(redact(text)).not.toContain(secret);
  });

  test.each([
    { text: '{"auth":"cm9ib3Q6aHVudGVyMg=="}', because: "credentials of a Docker config" },
    { text: '\\"auth\\":\\"cm9ib3Q6aHVudGVyMg==\\"', because: "the same in a text of JSON" },
    { text: `ghp_${"Ab1".repeat(12)}`, because: "a token of GitHub" },
    { text: `glpat-${"Ab1".repeat(7)}`, because: "a token of GitLab" },
    { text: "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl", because: "a JSON Web Token" },
  ])("knows by its form $because", ({ text }) => {
    const [form = ""] = /[A-Za-z0-9_.=-]{20,}/.exec(text) ?? [];
    expect(redact(`it said ${text} then`)).not.toContain(form);
  });

  test.each([
    "the registry asks for Basic authentication",
    "https://git.example.com/a@b is not found",
    "secretRef git-credentials",
  ])("leaves alone: %s", (text) => {
    expect(redact(text)).toBe(text);
  });

  test("keeps JSON that it strikes secrets out of readable", () => {
    expect(JSON.parse(redact(`{"token":"${secret}","a":1}`))).toEqual({ token: "***", a: 1 });
  });

  test("a ForgeError never carries a secret", () => {
    const error = new ForgeError("GitUnreachable", `cannot reach https://x:${secret}@host/`);
    expect(error.message).toBe("cannot reach https://***@host/");
  });
});
