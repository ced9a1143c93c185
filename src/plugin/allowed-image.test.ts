import { describe, expect, test } from "vitest";
import { allowedImage, checkRegistryPrefix } from "./allowed-image.ts";
import { readPointer } from "./pointer.ts";
import { pointerFile } from "./testing/pointer-file.ts";

const digest = `sha256:${"d".repeat(64)}`;
const registries = ["registry.example.com/releases", "backup.example.com:5000/r/"];

function pointerTo(repository: string) {
  return readPointer(pointerFile({ image: { repository, digest } }));
}

describe("allowedImage", () => {
  test.each([
    { image: "registry.example.com/releases/company/monorepo/auth", because: "of the first" },
    { image: "backup.example.com:5000/r/company/monorepo/auth", because: "of the second" },
  ])("allows $image, because it is the pointer's own $because", ({ image }) => {
    expect(allowedImage(pointerTo(image), registries)).toBe(`${image}@${digest}`);
  });

  test.each([
    { image: "registry.example.com/releases/company/monorepo/web", because: "another project's" },
    { image: "registry.example.com/releases/company/other/auth", because: "another repository's" },
    { image: "registry.example.com/company/monorepo/auth", because: "outside the prefix" },
    { image: "evil.example.com/releases/company/monorepo/auth", because: "of another registry" },
    {
      image: "registry.example.com/releases/../evil/company/monorepo/auth",
      because: "a way out of the prefix",
    },
    { image: "registry.example.com/releases/company/monorepo/auth:latest", because: "a tag" },
    {
      image: "registry.example.com@evil.example.com/releases/company/monorepo/auth",
      because: "another host",
    },
    { image: "REGISTRY.example.com/releases/company/monorepo/auth", because: "spelt otherwise" },
  ])("refuses $image, because it is $because", ({ image }) => {
    expect(() => allowedImage(pointerTo(image), registries)).toThrow(
      expect.objectContaining({ code: "ImageNotAllowed" }) as Error,
    );
  });

  test("a prefix must name a registry", () => {
    expect(() => checkRegistryPrefix("releases")).toThrow(/no dot or port/);
    expect(() => checkRegistryPrefix("registry.example.com/Releases")).toThrow(/lower case/);
    expect(() => checkRegistryPrefix("registry.example.com")).not.toThrow();
  });
});
