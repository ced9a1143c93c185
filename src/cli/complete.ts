/** What may stand next on the command line: verbs, options, and names as the cluster has them. */
import type { Command, Option } from "commander";
import { projectPath } from "../api/index.ts";
import { findProject, releasesOf } from "../requests/index.ts";
import type { Backend } from "./ports.ts";

const releasesShown = 50;

export interface Spot {
  readonly command: Command;
  /** Values of the arguments before, in order. */
  readonly given: readonly string[];
  /** Options that stand before, with their values. */
  readonly options: ReadonlyMap<string, string>;
  /** The option whose value is being typed. */
  readonly option?: string;
  readonly word: string;
}

/** Where on the command line the last word stands. */
export function spotOf(program: Command, words: readonly string[]): Spot {
  let command = program;
  const given: string[] = [];
  const options = new Map<string, string>();
  let option: string | undefined;
  for (const word of words.slice(0, -1)) {
    if (option !== undefined) {
      options.set(option, word);
      option = undefined;
    } else if (word.startsWith("-")) {
      const known = optionsOf(command).find(({ short, long }) => word === short || word === long);
      if (known?.required) option = known.attributeName();
      else if (known !== undefined) options.set(known.attributeName(), "true");
    } else {
      const child = command.commands.find((known) => known.name() === word);
      if (child === undefined) given.push(word);
      else command = child;
    }
  }
  return { command, given, options, word: words.at(-1) ?? "", ...(option && { option }) };
}

/** Its own; before the verb, whatever any verb takes. */
function optionsOf(command: Command): readonly Option[] {
  if (command.commands.length === 0) return command.options;
  return command.commands.flatMap((child) => optionsOf(child as Command));
}

/** Every candidate that begins with the word. */
export async function candidates(
  spot: Spot,
  open: () => Promise<Backend>,
): Promise<readonly string[]> {
  const { command, given, option, word } = spot;
  const begins = (name: string) => name.startsWith(word);
  if (option === undefined && word.startsWith("-")) {
    return command.options.flatMap(({ long }) => long ?? []).filter(begins);
  }
  if (command.commands.length > 0) {
    return command.commands.map((child) => child.name()).filter(begins);
  }
  const choices = command.options.find((known) => known.attributeName() === option)?.argChoices;
  if (choices !== undefined) return choices.filter(begins);
  const name = option ?? command.registeredArguments[given.length]?.name();
  if (name === undefined) return [];
  const names = await namesOf(name, spot, open);
  return [...new Set(names)].filter(begins);
}

async function namesOf(
  what: string,
  { command, given }: Spot,
  open: () => Promise<Backend>,
): Promise<readonly string[]> {
  switch (what) {
    case "environment":
    case "from":
      return (await (await open()).list("Environment")).map(({ metadata }) => metadata.name);
    case "project": {
      const projects = (await (await open()).list("Project")).map(({ spec }) => spec);
      const names = projects.map(({ name }) => name);
      return projects.map(({ repository, name }) =>
        names.indexOf(name) === names.lastIndexOf(name) ? name : projectPath(repository, name),
      );
    }
    case "release":
    case "to": {
      const index = command.registeredArguments.findIndex((known) => known.name() === "project");
      const backend = await open();
      const releases = await releasesOf(backend, await findProject(backend, given[index] ?? ""));
      return releases
        .filter(({ status }) => status?.image !== undefined)
        .toSorted((a, b) => (b.status?.number ?? 0) - (a.status?.number ?? 0))
        .slice(0, releasesShown)
        .flatMap(({ status }) => [
          String(status?.number),
          ...(status?.aliases ?? []).map(({ value }) => value),
        ]);
    }
    case "shell":
      return ["bash", "zsh", "fish"];
    default:
      return [];
  }
}
