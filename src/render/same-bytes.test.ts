import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderYaml } from "./yaml-renderer.ts";

/** As version 1 of the format wrote it: another one is another image for what was released already. */
const known = "aad05b261c94676b13801b2575b1f1e7f932e805f8146ee06832f313310aaca4";

test("the corpus is rendered to the same bytes as ever", () => {
  const content = readFileSync(join(import.meta.dirname, "testing", "corpus.yaml"));
  const manifests = renderYaml([{ path: "corpus.yaml", content }]);
  const rendered = manifests.map(({ yaml }) => yaml).join("---\n");
  expect(createHash("sha256").update(rendered).digest("hex")).toBe(known);
});
