import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalName,
  canonicalPrefix,
  canonicalRepository,
  isWithinPrefix,
} from "./canonical.ts";
import { parseReference, releaseRepository } from "./reference.ts";

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const host = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
const path = fc.array(label, { minLength: 2, maxLength: 5 }).map((parts) => parts.join("/"));

describe("one repository has one canonical name", () => {
  test.each([
    { text: "a.io/b/c:v1", name: "a.io/b/c", because: "a tag is no part of it" },
    { text: "A.IO/b/c", name: "a.io/b/c", because: "hosts have no case" },
    { text: "a.io:443/b/c", name: "a.io/b/c", because: "it is the port of https" },
    { text: "a.io:80/b/c", name: "a.io/b/c", because: "it is the port of http" },
    { text: "a.io:0443/b/c", name: "a.io/b/c", because: "a port is a number" },
    { text: "a.io:5000/b/c", name: "a.io:5000/b/c", because: "it is another registry" },
    { text: "localhost:5000/b/c", name: "localhost:5000/b/c", because: "it is this machine" },
    { text: "127.0.0.1:5000/b/c", name: "localhost:5000/b/c", because: "it is this machine" },
    { text: "[::1]:5000/b/c", name: "localhost:5000/b/c", because: "it is this machine" },
    { text: "[0:0::1]:5000/b/c", name: "localhost:5000/b/c", because: "it is this machine" },
    { text: "docker.io/alpine", name: "docker.io/library/alpine", because: "it is the library's" },
    { text: "index.docker.io/library/alpine", name: "docker.io/library/alpine", because: "it is" },
    { text: "registry-1.docker.io/alpine", name: "docker.io/library/alpine", because: "it is" },
    { text: "registry.hub.docker.com/a/b", name: "docker.io/a/b", because: "it is Docker Hub" },
    { text: "no reference", name: undefined, because: "it is none" },
  ])("$text is $name: $because", ({ text, name }) => {
    expect(canonicalName(text)).toBe(name);
  });

  test("which is its own canonical name", () => {
    fc.assert(
      fc.property(
        host,
        fc.option(fc.integer({ min: 1, max: 65_535 })),
        path,
        (name, port, rest) => {
          const canonical = canonicalName(`${name}${port === null ? "" : `:${port}`}/${rest}`);
          expect(canonicalName(canonical ?? "")).toBe(canonical);
        },
      ),
    );
  });

  test("whatever the case of the host, its port as a default, and a tag", () => {
    const spelled = fc.record({
      upper: fc.boolean(),
      port: fc.constantFrom("", ":443", ":80", ":00443"),
      tag: fc.constantFrom("", ":v1", `@sha256:${"0a".repeat(32)}`),
    });
    fc.assert(
      fc.property(host, path, spelled, (name, rest, { upper, port, tag }) => {
        const spelling = `${upper ? name.toUpperCase() : name}${port.slice(0, 6)}/${rest}${tag}`;
        expect(canonicalName(spelling)).toBe(canonicalName(`${name}/${rest}`));
      }),
    );
  });

  test("wherever prefix, repository and project are divided", () => {
    fc.assert(
      fc.property(host, fc.array(label, { minLength: 3, maxLength: 6 }), (name, parts) => {
        const names = parts.slice(0, -2).map((_, at) => {
          const prefix = [name, ...parts.slice(0, at)].join("/");
          const repository = parts.slice(at, -1).join("/");
          return canonicalRepository(releaseRepository(prefix, repository, parts.at(-1) ?? ""));
        });
        expect(new Set(names).size).toBe(1);
      }),
    );
  });
});

describe("prefixes", () => {
  test.each([
    { prefix: "a.io", name: "a.io/b/c", within: true, because: "the whole registry is" },
    { prefix: "A.io:443/", name: "a.io/b/c", within: true, because: "it is the same registry" },
    { prefix: "a.io/b", name: "a.io/b/c", within: true, because: "it lies below" },
    { prefix: "a.io/b/c", name: "a.io/b/c", within: true, because: "it is the prefix" },
    { prefix: "a.io/b", name: "a.io/bc/d", within: false, because: "whole parts count" },
    { prefix: "a.io/b", name: "b.io/b/c", within: false, because: "it is another registry" },
    { prefix: "a.io", name: "a.io.evil.io/b", within: false, because: "it is another registry" },
    { prefix: "docker.io", name: "index.docker.io/alpine", within: true, because: "it is the Hub" },
  ])("$name is within $prefix: $within, because $because", ({ prefix, name, within }) => {
    const repository = canonicalRepository(parseReference(name));
    expect(isWithinPrefix(repository, canonicalPrefix(prefix) ?? "")).toBe(within);
  });

  test.each(["", "a", "a.io/{namespace}", "a.io/B", "a.io//b", "a.io/b/../c"])(
    "%j is none",
    (prefix) => {
      expect(canonicalPrefix(prefix)).toBeUndefined();
    },
  );
});
