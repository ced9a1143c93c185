// Loaded before every property test by vitest.config.ts beside it. The seed applies to each property
// that sets none of its own; the number of runs stays the one that the test asks for.
import fc from "fast-check";
import { isSeed, seedVariable } from "./settings.ts";

const text = process.env[seedVariable];
const seed = Number(text);
if (!isSeed(seed)) throw new Error(`${seedVariable} is ${text}: set a whole number`);
fc.configureGlobal({ seed });
