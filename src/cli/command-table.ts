/** Every verb, in the order in which help lists them. */
import type { Command } from "commander";
import {
  dryRunOption,
  durationOption,
  limitOption,
  reasonOption,
  sinceOption,
  waitOption,
} from "./options.ts";
import type { Verb } from "./session.ts";

/** Runs a verb with what it needs. */
export type Runner = (verb: () => Promise<Verb>, command: Command) => Promise<void>;

export function addVerbs(program: Command, run: Runner): void {
  const verb = (parent: Command, usage: string, description: string, load: () => Promise<Verb>) =>
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

  program.commandsGroup("Releases and what they go to:");
  addReleaseVerbs(program.command("release").description("create, list and show releases"), verb);
  const env = program.command("env").description("list and show environments");
  verb(
    env,
    "list",
    "environments in their order",
    async () => (await import("./verbs/list.ts")).environments,
  );
  verb(
    env,
    "show <environment>",
    "the rules of one",
    async () => (await import("./verbs/list.ts")).environment,
  );
  const project = program.command("project").description("list and show projects");
  verb(
    project,
    "list",
    "projects with their last release",
    async () => (await import("./verbs/list.ts")).projects,
  );
  verb(
    project,
    "show <project>",
    "one project",
    async () => (await import("./verbs/list.ts")).project,
  );
  verb(
    program,
    "trigger <repository>",
    "tell of a push, a tag or a wish: releases the projects whose rules say so",
    async () => (await import("./verbs/trigger.ts")).trigger,
  )
    .requiredOption("--commit <commit>", "full commit id")
    .option("--branch <branch>", "branch that was pushed, or that contains the tag")
    .option("--tag <tag>", "tag that points at the commit")
    .option("--project <name>", "somebody asks for this one; as often as needed", repeated)
    .option(
      "--artifact <name=uri@digest>",
      "a container image that was built; as often as needed",
      repeated,
    )
    .addOption(dryRunOption());
  const audit = program.command("audit").description("what forge-server's ledger holds");
  verb(
    audit,
    "list",
    "what happened, the latest first",
    async () => (await import("./verbs/audit.ts")).auditList,
  )
    .option("--kind <kind>", "Release, Deployment, Approval, Decision, Action or Ledger")
    .option("--repository <repository>", "of this source repository")
    .option("--project <name>", "of this project")
    .option("-e, --environment <environment>", "of this one alone")
    .option("--actor <user>", "by whom")
    .addOption(sinceOption())
    .addOption(limitOption());
  verb(
    audit,
    "verify",
    "whether every entry is as it was written, and none is gone",
    async () => (await import("./verbs/audit.ts")).auditVerify,
  ).option("--anchor <sequence:hash>", "an end of the chain that was kept elsewhere");
  verb(
    program,
    "events",
    "what was told of forge's objects of late",
    async () => (await import("./verbs/list.ts")).events,
  );
  verb(
    program,
    "check",
    "whether the cluster answers, forge is installed, and what you may do",
    async () => (await import("./verbs/check.ts")).check,
  );
}

const repeated = (text: string, before: readonly string[] = []) => [...before, text];

type AddVerb = (
  parent: Command,
  usage: string,
  description: string,
  load: () => Promise<Verb>,
) => Command;

function addReleaseVerbs(release: Command, verb: AddVerb): void {
  verb(
    release,
    "create <project>",
    "release a commit; the same again gives the same release",
    async () => (await import("./verbs/release.ts")).create,
  )
    .requiredOption("--repository <repository>", "source repository, such as company/monorepo")
    .requiredOption("--commit <commit>", "full commit id")
    .option("--branch <branch>", "branch that the commit is on")
    .option("--tag <tag>", "tag that points at the commit")
    .option("--manual", "somebody asked for it by hand: no push did")
    .option("--release-version <version>", "semantic version")
    .option("--notes <file>", "release notes in Markdown; - is standard input")
    .option("--manifests <file>", "source: Kubernetes objects as YAML; - is standard input")
    .option("--git <url>", "source: the repository, at the commit")
    .option("--path <folder>", "folder of the project in it")
    .option("--oci <reference>", "source: a snapshot that was published already")
    .option(
      "--artifact <name=uri@digest>",
      "a container image that was built; as often as needed",
      repeated,
    )
    .addOption(dryRunOption())
    .addOption(waitOption())
    .addOption(durationOption("how long --wait waits", "10m"));
  verb(
    release,
    "list [project]",
    "releases, the latest first",
    async () => (await import("./verbs/release.ts")).list,
  );
  verb(
    release,
    "show <project> <release>",
    "one release, by any of its names",
    async () => (await import("./verbs/release.ts")).show,
  );
}
