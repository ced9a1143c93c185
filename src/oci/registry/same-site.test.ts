import { expect, test } from "vitest";
import { isSameSite } from "./same-site.ts";

test.each([
  ["registry.example.com", "auth.example.com", true],
  ["registry.gitlab.com", "gitlab.com", true],
  ["registry.example.com", "example.org", false],
  ["a.example.com", "a.example.com.evil.io", false],
  ["10.0.0.1", "10.0.0.2", false],
  ["registry", "auth", false],
])("%s and %s are one site: %j", (one, other, expected) => {
  expect(isSameSite(one, other)).toBe(expected);
});
