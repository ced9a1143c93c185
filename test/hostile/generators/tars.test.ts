import { execFileSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { gzipOfZeros, tarOf } from "./tar-archive.ts";
import { applicationArchives, layerShapes } from "./tars.ts";

const list = (tar: Buffer) =>
  execFileSync("tar", ["-tvf", "-"], {
    input: tar,
    encoding: "utf8",
    stdio: "pipe",
    maxBuffer: 2 ** 26,
  })
    .trim()
    .split("\n");

const archives = applicationArchives(Buffer.from("{}"));
const archiveOf = (name: string) => archives[name]?.(seededRandom(1)) ?? Buffer.alloc(0);

test("the system's tar reads what was generated", () => {
  const lines = list(
    tarOf([
      { name: "release.yaml", content: Buffer.from("{}") },
      { name: "link", type: "2", link: "/etc/passwd" },
    ]),
  );
  expect(lines).toEqual([
    expect.stringMatching(/^-rw.* 2 .* release\.yaml$/),
    expect.stringMatching(/^l.* link -> \/etc\/passwd$/),
  ]);
});

describe("gzipOfZeros", () => {
  test("each member is eight mebibytes in a hundredth of a percent", () => {
    const bytes = gzipOfZeros(2);
    expect(gunzipSync(bytes)).toHaveLength(16 * 1024 * 1024);
    expect(bytes.length).toBeLessThan(20_000);
  });
});

describe("applicationArchives", () => {
  test("eight gigabytes of zeros are below ten megabytes", () => {
    expect(archiveOf("eight gigabytes of zeros").length).toBeLessThan(10_000_000);
  });

  test("so many entries, before the pointer", () => {
    const lines = list(gunzipSync(archiveOf("forty thousand entries")));
    expect(lines).toHaveLength(40_001);
    expect(lines.at(-1)).toMatch(/release\.yaml$/);
  });

  test("names that lead out, as the system's tar sees them", () => {
    const lines = list(gunzipSync(archiveOf("names that lead out"))).join("\n");
    expect(lines).toMatch(/ \.\.\/a\.yaml$/m);
    expect(lines).toMatch(/ \/etc\/passwd$/m);
  });
});

describe("layerShapes", () => {
  test("what inflates is known, so that metadata can name its digest", () => {
    const layer = layerShapes["sixty megabytes of zeros"]?.(seededRandom(1));
    expect(layer?.tar).toHaveLength(60_000_000);
    expect(gunzipSync(layer?.compressed ?? "")).toHaveLength(60_000_000);
  });
});
