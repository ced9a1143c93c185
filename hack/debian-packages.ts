import { spawnSync } from "node:child_process";

/** Programs that come from Debian, and what is left out where they cannot be installed. */
export const debianPackages: Readonly<Record<string, { package: string; without: string }>> = {
  skopeo: {
    package: "skopeo",
    without: "the test that skopeo reads a release image is skipped",
  },
  "docker-registry": {
    package: "docker-registry",
    without: "the tests against distribution 2.8 fail",
  },
};

export function missingPrograms(): string[] {
  return Object.keys(debianPackages).filter(
    (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined,
  );
}
