import type { TextOutput } from "../ports.ts";

export type Style = (text: string) => string;

export interface Styles {
  readonly good: Style;
  readonly bad: Style;
  readonly bold: Style;
}

/** Colours where a person looks, unless NO_COLOR (no-color.org) or a dumb terminal says not to. */
export function stylesFor(
  output: TextOutput,
  env: Readonly<Record<string, string | undefined>>,
): Styles {
  const isOn = output.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  const style = (code: number): Style =>
    isOn ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text;
  return { good: style(32), bad: style(31), bold: style(1) };
}
