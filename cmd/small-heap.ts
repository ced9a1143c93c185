import { setFlagsFromString } from "node:v8";

/**
 * To be called before there is work. The first lists are a stream of short-lived text, which V8
 * answers with a young generation of up to 96 MiB that it never gives back. Kept at the size it
 * has, the same lists take 120 MB less.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
