/** The verbs of releases, of what they go to, and of what was told of them. */
import type { Command } from "commander";
import {
  afterOption,
  dryRunOption,
  durationOption,
  limitOption,
  sinceOption,
  waitOption,
} from "./options.ts";
import type { Verb } from "./session.ts";

/** Adds a verb below a command. */
export type AddVerb = (
  parent: Command,
  usage: string,
  description: string,
  load: () => Promise<Verb>,
) => Command;

export function addReleaseCommands(program: Command, verb: AddVerb): void {
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
  addAuditVerbs(program.command("audit").description("what forge-server's ledger holds"), verb);
  verb(
    program,
    "events",
    "what was told of forge's objects of late",
    async () => (await import("./verbs/list.ts")).events,
  );
  verb(
    program,
    "check",
    "whether cluster, clock, git and registry answer, and what you may do",
    async () => (await import("./verbs/check.ts")).check,
  )
    .option("--registry <prefix>", "try this one too: as the controller's, with your own login")
    .option(
      "--downgrade",
      "also find objects that the kinds of the version before would cut or refuse, in all namespaces that you may list",
    )
    .option("--docker-config <file>", "where that login is; that of docker when absent")
    .option(
      "--insecure-host <host>",
      "host that plain http may reach; as often as needed",
      repeated,
    );
  verb(
    program,
    "support-bundle",
    "what somebody needs who looks into a fault, in one file and without secrets",
    async () => (await import("./verbs/support-bundle.ts")).supportBundle,
  )
    .option("-A, --all-namespaces", "objects of every namespace")
    .option("--system-namespace <name>", "where forge itself runs", "forge-system")
    .option("--file <file>", "where it is written; forge-support-<time>.tar.gz when absent")
    .addOption(durationOption("how long it may take", "2m"));
}

const repeated = (text: string, before: readonly string[] = []) => [...before, text];

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

function addAuditVerbs(audit: Command, verb: AddVerb): void {
  const selecting = (command: Command) =>
    command
      .option("--kind <kind>", "Release, Deployment, Approval, Decision, Action or Ledger")
      .option("--repository <repository>", "of this source repository")
      .option("--project <name>", "of this project")
      .option("-e, --environment <environment>", "of this one alone")
      .option("--actor <user>", "by whom")
      .addOption(sinceOption());
  selecting(
    verb(
      audit,
      "list",
      "what happened, the latest first",
      async () => (await import("./verbs/audit.ts")).auditList,
    ),
  ).addOption(limitOption());
  selecting(
    verb(
      audit,
      "export",
      "all of it as JSON lines, the oldest first",
      async () => (await import("./verbs/audit.ts")).auditExport,
    ),
  )
    .option(
      "-A, --all-namespaces",
      "of all that you may read: of the whole ledger the chain can be verified",
    )
    .addOption(afterOption());
  verb(
    audit,
    "verify",
    "whether every entry is as it was written, and none is gone",
    async () => (await import("./verbs/audit.ts")).auditVerify,
  ).option("--anchor <sequence:hash>", "an end of the chain that was kept elsewhere");
}
