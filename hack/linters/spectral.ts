/** Spectral on the OpenAPI document, by the rules in .spectral.yaml. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describedRoutes, openApiDocument } from "../../src/server/index.ts";
import { run } from "../../test/ground/index.ts";
import { locateSpectral } from "../../tools/spectral/install.ts";
import type { Linter } from "./linter.ts";

const rules = join(import.meta.dirname, "..", "..", ".spectral.yaml");

export const spectral: Linter = {
  name: "Spectral on the OpenAPI document",
  missing: () =>
    locateSpectral() === undefined ? "Spectral is not installed: run `make setup`" : undefined,
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), "forge-openapi-"));
    try {
      const file = join(folder, "openapi.json");
      writeFileSync(
        file,
        JSON.stringify(openApiDocument(describedRoutes(), "0.0.0"), undefined, 1),
      );
      const { code, stdout, stderr } = await run(process.execPath, [
        ...[locateSpectral() ?? "", "lint", file, "--ruleset", rules],
        ...["--fail-severity=warn", "--format=text", "--quiet"],
      ]);
      return code === 0 ? "" : (stdout + stderr).replaceAll(`${folder}/`, "");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
