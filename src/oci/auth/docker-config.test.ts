import { describe, expect, test, vi } from "vitest";
import { firstOf } from "./credentials.ts";
import { type CredentialHelper, credentialsFromDockerConfig } from "./docker-config.ts";

const pair = (text: string) => Buffer.from(text).toString("base64");
const alice = { username: "alice", password: "s:1" };
const signal = AbortSignal.timeout(20_000);

function read(config: object, helper?: CredentialHelper) {
  return credentialsFromDockerConfig(JSON.stringify(config), helper);
}

describe("credentials by place", () => {
  test.each([
    ["registry.example.com", "registry.example.com/a", true, "the host itself"],
    ["https://registry.example.com/v2/", "registry.example.com/a", true, "a URL of old clients"],
    ["registry.example.com/v2/", "registry.example.com/a", true, "the same without its scheme"],
    ["registry.example.com", "registry.example.com:5000/a", false, "a port is part of the host"],
    ["registry.example.com", "my-registry.example.com/a", false, "the whole host must match"],
    ["example.com", "registry.example.com/a", false, "no parent domains"],
    ["registry.example.com.evil.io", "registry.example.com/a", false, "no beginnings"],
    ["https://index.docker.io/v1/", "docker.io/library/a", true, "Docker Hub's names are one"],
    ["a.io/team", "a.io/team/app", true, "a part of the repositories"],
    ["a.io/team", "a.io/teammate", false, "whole elements of a path"],
    ["a.io/team/app", "a.io/team", false, "what is deeper is not for what is above"],
  ])("%s for %s: %s, %s", async (key, place, found) => {
    const credentials = read({ auths: { [key]: { auth: pair("alice:s:1") } } });
    expect(await credentials.find(place, signal)).toEqual(found ? alice : undefined);
  });

  test("the longest match counts", async () => {
    const auth = (name: string) => ({ auth: pair(`${name}:x`) });
    const credentials = read({
      auths: { "a.io": auth("host"), "a.io/b/c": auth("deep"), "a.io/b": auth("team") },
    });
    const names = await Promise.all(
      ["a.io/b/c/d", "a.io/b/x", "a.io/y"].map((place) => credentials.find(place, signal)),
    );
    expect(names).toMatchObject([{ username: "deep" }, { username: "team" }, { username: "host" }]);
  });

  test("username and password stand for auth; an identity token goes before both", async () => {
    const credentials = read({
      auths: { "a.io": alice, "b.io": { auth: pair("alice:s:1"), identitytoken: "t" } },
    });
    expect(await credentials.find("a.io", signal)).toEqual(alice);
    expect(await credentials.find("b.io", signal)).toEqual({ identityToken: "t" });
  });

  test("an entry without a password is none", async () => {
    expect(await read({ auths: { "a.io": {} } }).find("a.io", signal)).toBeUndefined();
    expect(await read({}).find("a.io", signal)).toBeUndefined();
  });

  test("of several files the first that knows the place counts", async () => {
    const bob = { username: "bob", password: "2" };
    const files = firstOf([
      read({ auths: { "a.io": alice } }),
      read({ auths: { "a.io": bob, "b.io": bob } }),
    ]);
    expect(await files.find("a.io", signal)).toEqual(alice);
    expect(await files.find("b.io/x", signal)).toEqual(bob);
    expect(await files.find("c.io/x", signal)).toBeUndefined();
  });

  test.each([
    ["null"],
    ['{"auths":[]}'],
    ['{"auths":{"a.io":{"auth":"secret"}}'],
    [JSON.stringify({ auths: { "a.io": { auth: pair("secret") } } })],
  ])("%s is refused without showing it", (config) => {
    expect(() => credentialsFromDockerConfig(config)).toThrow(
      expect.objectContaining({
        code: "InvalidSecret",
        message: expect.not.stringContaining("secret"),
      }),
    );
  });
});

describe("credential helpers", () => {
  const config = { credHelpers: { "a.io": "one" }, credsStore: "all" };

  test("the helper of the host is asked, for other hosts the store", async () => {
    const helper = vi.fn<CredentialHelper>(async () => alice);
    const credentials = read(config, helper);
    expect(await credentials.find("a.io/app", signal)).toEqual(alice);
    await credentials.find("b.io/app", signal);
    await credentials.find("docker.io/library/app", signal);
    expect(helper.mock.calls.map(([name, host]) => [name, host])).toEqual([
      ["one", "a.io"],
      ["all", "b.io"],
      ["all", "https://index.docker.io/v1/"],
    ]);
  });

  test("what a Secret says starts no program", async () => {
    expect(await read(config).find("a.io/app", signal)).toBeUndefined();
  });
});
