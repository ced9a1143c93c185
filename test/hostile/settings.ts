/** How `make test-hostile` and the stage of `make test` say what to run. */
export const variables = {
  seconds: "FORGE_HOSTILE_SECONDS",
  seed: "FORGE_HOSTILE_SEED",
  surface: "FORGE_HOSTILE_SURFACE",
} as const;

export const seedLimit = 2 ** 31;
/** In `make test`, beside which hours of other tests run. */
const defaultSeconds = 20;
const maximumSeconds = 86_400;

export const surfaceNames = [
  ...[
    "trees",
    "packs",
    "refs",
    "yaml",
    "manifests",
    "signatures",
    "layers",
    "tars",
    "env",
    "tokens",
    "http",
  ],
] as const;
export type SurfaceName = (typeof surfaceNames)[number];

export interface Settings {
  readonly seconds: number;
  readonly seed: number;
  readonly surfaces: readonly SurfaceName[];
}

/** @throws Error that names the variable which is wrong */
export function readSettings(env: NodeJS.ProcessEnv, freshSeed: () => number): Settings {
  const number = (name: keyof typeof variables, fallback: number, least: number, most: number) => {
    const text = env[variables[name]] ?? "";
    const value = text === "" ? fallback : Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new Error(`${variables[name]} is ${text}: give a whole number from ${least} to ${most}`);
  };
  const wanted = env[variables.surface] ?? "";
  const surfaces = surfaceNames.filter((name) => wanted === "" || name === wanted);
  if (surfaces.length === 0) {
    throw new Error(
      `${variables.surface} is ${wanted}: give one of ${[...surfaceNames].toSorted().join(", ")}`,
    );
  }
  return {
    seconds: number("seconds", defaultSeconds, 1, maximumSeconds),
    seed: number("seed", freshSeed(), 0, seedLimit - 1),
    surfaces,
  };
}

/** The command that sends the same again. */
export function repeatCommand({ seconds, seed, surfaces }: Settings): string {
  const surface = surfaces.length === 1 ? ` SURFACE=${surfaces[0]}` : "";
  return `make test-hostile SECONDS=${seconds} SEED=${seed}${surface}`;
}
