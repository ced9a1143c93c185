/** Every verb, in the order in which help lists them. */
import type { Command } from "commander";
import { dryRunOption, durationOption, reasonOption, waitOption } from "./options.ts";
import { type AddVerb, addReleaseCommands } from "./release-commands.ts";
import type { Verb } from "./session.ts";

/** Runs a verb with what it needs. */
export type Runner = (verb: () => Promise<Verb>, command: Command) => Promise<void>;

export function addVerbs(program: Command, run: Runner): void {
  const verb: AddVerb = (parent, usage, description, load) =>
    parent
      .command(usage)
      .description(description)
      .action((...given: unknown[]) => run(load, given.at(-1) as Command));

  const deploying = (command: Command) =>
    command
      .addOption(reasonOption())
      .addOption(dryRunOption())
      .addOption(waitOption())
      .addOption(durationOption("how long --wait waits", "10m"));

  program.commandsGroup("Deployments:");
  deploying(
    verb(
      program,
      "deploy <environment> <project> <release>",
      "ask for a release: its number, an alias, or 7 or more digits of its commit",
      async () => (await import("./verbs/deploy.ts")).deploy,
    ),
  );
  deploying(
    verb(
      program,
      "promote <environment> <project>",
      "ask for what the environment before has",
      async () => (await import("./verbs/deploy.ts")).promote,
    ).option("--from <environment>", "which one, where the policy names several or none"),
  );
  deploying(
    verb(
      program,
      "rollback <environment> <project>",
      "go back to what ran before, and hold automatic deployments",
      async () => (await import("./verbs/deploy.ts")).rollback,
    ).option("--to <release>", "go back to this one, which must have run there"),
  );
  verb(
    program,
    "wait <environment> <project>",
    "wait until what was asked for is there",
    async () => (await import("./verbs/wait.ts")).wait,
  ).addOption(durationOption("how long", "10m"));

  program.commandsGroup("What is where:");
  verb(
    program,
    "status [project]",
    "projects by environments: what, since when, by whom, why not",
    async () => (await import("./verbs/status.ts")).status,
  ).option("-e, --environment <environment>", "this one alone");
  verb(
    program,
    "history <environment> <project>",
    "what was deployed, the latest first",
    async () => (await import("./verbs/status.ts")).history,
  );
  verb(
    program,
    "explain <environment> <project> [release]",
    "why it may go there, or may not, rule by rule",
    async () => (await import("./verbs/explain.ts")).explain,
  );

  program.commandsGroup("Consent:");
  for (const [name, what] of [
    [
      "approve",
      "approve a release for an environment; the one that is asked for, when none is named",
    ],
    ["reject", "reject one"],
  ] as const) {
    verb(
      program,
      `${name} <environment> <project> [release]`,
      what,
      async () => (await import("./verbs/approve.ts"))[name],
    )
      .addOption(reasonOption())
      .addOption(dryRunOption())
      .option("--expires-in <duration>", "how long it counts, such as 72h; always when absent");
  }
  verb(
    program,
    "revoke <environment> <project> [release]",
    "take back an approval or a rejection, for good",
    async () => (await import("./verbs/approve.ts")).revoke,
  )
    .addOption(reasonOption())
    .addOption(dryRunOption())
    .option("--of <user>", "whose; your own when absent");

  program.commandsGroup("Stop signs:");
  const stopping = (command: Command) =>
    command.addOption(reasonOption()).addOption(dryRunOption());
  stopping(
    verb(
      program,
      "hold <environment> <project>",
      "hold automatic deployments; what a person asks for goes on",
      async () => (await import("./verbs/hold.ts")).hold,
    ),
  );
  verb(
    program,
    "resume <environment> <project>",
    "lift the hold",
    async () => (await import("./verbs/hold.ts")).resume,
  ).addOption(dryRunOption());
  stopping(
    verb(
      program,
      "lock <environment> [project]",
      "stop every deployment, of one project or of all",
      async () => (await import("./verbs/hold.ts")).lock,
    ),
  );
  verb(
    program,
    "unlock <environment> [project]",
    "remove the lock",
    async () => (await import("./verbs/hold.ts")).unlock,
  ).addOption(dryRunOption());

  addReleaseCommands(program, verb);
}
