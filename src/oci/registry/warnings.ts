import { foreignText } from "../../api/index.ts";
import type { Logger } from "../../telemetry/index.ts";
import type { Answer } from "./request.ts";

/** Beyond this many different texts a registry only makes noise. */
const maxKept = 100;
const maxTextLength = 500;

/**
 * Warnings of registries (distribution specification 1.1, "Warnings"), each of which is logged
 * once: `Warning: 299 - "the text"`, several in one header, others than 299 ignored.
 */
export class Warnings {
  readonly #log: Pick<Logger, "warn">;
  readonly #seen = new Set<string>();

  constructor(log: Pick<Logger, "warn">) {
    this.#log = log;
  }

  note(answer: Pick<Answer, "header" | "url">): void {
    const header = answer.header("warning");
    if (header === undefined) return;
    for (const warning of parseWarnings(header)) {
      const key = `${answer.url.host} ${warning}`;
      if (this.#seen.has(key) || this.#seen.size === maxKept) continue;
      this.#seen.add(key);
      this.#log.warn({ registry: answer.url.host, warning }, "the registry warns");
    }
  }
}

export function parseWarnings(header: string): string[] {
  const found = header.slice(0, 16_384).matchAll(/\b299 - "((?:[^"\\]|\\.)*)"/g);
  return [...found].map(([, quoted = ""]) =>
    foreignText(quoted.replaceAll(/\\(.)/g, "$1"), maxTextLength),
  );
}
