import { expect, test } from "vitest";
import { isAllowedNext, originOf } from "./origin.ts";

test.each([
  ["registry.example.com", "https://registry.example.com"],
  ["registry.example.com:5000", "https://registry.example.com:5000"],
  ["insecure.example.com:80", "http://insecure.example.com"],
  ["insecure.example.com", "https://insecure.example.com"],
  ["localhost:5000", "http://localhost:5000"],
  ["127.0.0.1:5000", "http://127.0.0.1:5000"],
  ["[::1]:5000", "http://[::1]:5000"],
  ["127.example.com", "https://127.example.com"],
  ["localhost.example.com", "https://localhost.example.com"],
  ["docker.io", "https://registry-1.docker.io"],
])("%s is spoken to at %s", (host, origin) => {
  expect(originOf(host, new Set(["insecure.example.com:80"])).origin).toBe(origin);
});

test("this machine with certificates is spoken to by https", () => {
  expect(originOf("localhost:5000", new Set(), new Set(["localhost:5000"])).protocol).toBe(
    "https:",
  );
});

test.each([
  ["https://a/", "https://b/", true],
  ["http://a/", "http://b/", true],
  ["http://a/", "https://b/", true],
  ["https://a/", "http://a/", false],
  ["http://a/", "ftp://b/", false],
  ["https://a/", "https://user:word@b/", false],
  ["https://a/", "https://127.0.0.1/", false],
  ["http://a/", "http://localhost/", false],
  ["http://127.0.0.1:1/", "http://localhost:2/", true],
])("from %s to %s: %s", (from, to, allowed) => {
  expect(isAllowedNext(new URL(from), new URL(to))).toBe(allowed);
});
