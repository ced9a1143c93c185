import { describe, expect, test } from "vitest";
import { credentialsFromDockerConfig } from "./credentials.ts";

const pair = (text: string) => Buffer.from(text).toString("base64");
const alice = { username: "alice", password: "s:1" };

describe("credentials by host", () => {
  test.each([
    ["registry.example.com", "registry.example.com", true, "the host itself"],
    ["https://registry.example.com/v2/", "registry.example.com", true, "a URL of old clients"],
    ["registry.example.com", "registry.example.com:5000", false, "a port is part of the host"],
    ["registry.example.com", "my-registry.example.com", false, "the whole host must match"],
    ["example.com", "registry.example.com", false, "no parent domains"],
    ["registry.example.com.evil.io", "registry.example.com", false, "no beginnings"],
    ["https://index.docker.io/v1/", "docker.io", true, "Docker Hub's names are one"],
  ])("%s for %s: %s, %s", (key, host, found) => {
    const credentials = credentialsFromDockerConfig({
      auths: { [key]: { auth: pair("alice:s:1") } },
    });
    expect(credentials.forHost(host)).toEqual(found ? alice : undefined);
  });

  test("username and password stand for auth", () => {
    const credentials = credentialsFromDockerConfig({ auths: { "a.io": alice } });
    expect(credentials.forHost("a.io")).toEqual(alice);
  });

  test("an entry without a password is none", () => {
    expect(credentialsFromDockerConfig({ auths: { "a.io": {} } }).forHost("a.io")).toBeUndefined();
    expect(credentialsFromDockerConfig({}).forHost("a.io")).toBeUndefined();
  });

  test.each([[null], [{ auths: [] }], [{ auths: { "a.io": { auth: pair("secret") } } }]])(
    "%j is refused without showing it",
    (config) => {
      expect(() => credentialsFromDockerConfig(config)).toThrow(
        expect.objectContaining({
          code: "InvalidSecret",
          message: expect.not.stringContaining("secret"),
        }),
      );
    },
  );
});
