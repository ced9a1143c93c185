/** The command line: what may be typed. The verbs are loaded when they are called. */
import { Command, Option } from "commander";
import { addVerbs, type Runner } from "./command-table.ts";
import { exitCodesText } from "./exit-codes.ts";
import type { Backend, Terminal } from "./ports.ts";
import { type CommonOptions, outputFormats, type Session, type Verb } from "./session.ts";
import type { LoginOptions } from "./verbs/login.ts";

export function createProgram(terminal: Terminal, runner: Runner): Command {
  const program = new Command(terminal.program);
  program
    .description("Releases, deployments and approvals, from the command line.")
    .usage("<command> [options]")
    .version(`forge ${terminal.version}`, "-v, --version", "print the version")
    .helpCommand("help [command]", "what a command takes; help exit-codes lists how it ends")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
    })
    .showSuggestionAfterError();
  addVerbs(program, runner);
  program.commandsGroup("The program:");
  program
    .command("version")
    .description("print the version")
    .action(() => void terminal.stdout.write(`forge ${terminal.version}\n`));
  program
    .command("login <url>")
    .description("talk to a forge-server from now on; the token is read from standard input")
    .action(async (url: string, options: LoginOptions) => {
      const { login } = await import("./verbs/login.ts");
      await login(terminal, url, options);
    });
  program
    .command("logout")
    .description("forget the token, and talk to the cluster again")
    .action(async () => (await import("./verbs/login.ts")).logout(terminal));
  program
    .command("completion <shell>")
    .description("print the completion script for bash, zsh or fish")
    .action(async (shell: string) => {
      const { completionScript } = await import("./completion-script.ts");
      terminal.stdout.write(completionScript(shell));
    });
  program
    .command("__complete [words...]", { hidden: true })
    .action((words: string[]) => complete(program, terminal, words));
  program
    .command("exit-codes", { hidden: true })
    .description("how the program ends")
    .action(() => void terminal.stdout.write(exitCodesText()));
  for (const command of everyCommand(program)) {
    command.helpInformation =
      command.name() === "exit-codes" ? exitCodesText : command.helpInformation;
    if (command.commands.length === 0) addCommonOptions(command);
  }
  return program;
}

export function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child as Command, ...everyCommand(child as Command)]);
}

function addCommonOptions(command: Command): void {
  const format = new Option("-o, --output <format>", "how it is printed")
    .choices(outputFormats)
    .default("table");
  command
    .addOption(format)
    .option("-n, --namespace <name>", "the namespace; that of the kubeconfig's context when absent")
    .option("--server <url>", "forge-server to talk to: $FORGE_URL, or that of forge login")
    .option("--kube", "straight to the cluster, whatever server is set")
    .option("--context <name>", "context of the kubeconfig")
    .option("--kubeconfig <file>", "kubeconfig; as kubectl finds it when absent")
    .option("--no-input", "ask nothing");
}

/** Loads what talks to the cluster, and runs one verb in the caller's name. */
export async function runVerb(
  terminal: Terminal,
  load: () => Promise<Verb>,
  command: Command,
): Promise<void> {
  const options = command.opts<CommonOptions>();
  const [verb, { openBackend }] = await Promise.all([load(), import("./open-backend.ts")]);
  const backend = await openBackend(options, terminal, terminal.signal);
  const session: Session = { backend, terminal, options };
  const args = Object.fromEntries(
    command.registeredArguments.map((argument, index) => [
      argument.name(),
      command.processedArgs[index] as string | undefined,
    ]),
  );
  try {
    await (verb as Verb<object>)(session, { args, options });
  } finally {
    await backend.close();
  }
}

/** How long a shell waits for names before it goes without. */
const completionMs = 3_000;

async function complete(program: Command, terminal: Terminal, words: string[]): Promise<void> {
  const { openBackend } = await import("./open-backend.ts");
  const { candidates, spotOf } = await import("./complete.ts");
  const spot = spotOf(program, words);
  const signal = AbortSignal.any([terminal.signal, AbortSignal.timeout(completionMs)]);
  let backend: Backend | undefined;
  const open = async () => {
    const { options } = spot;
    const target = {
      kube: options.has("kube"),
      server: options.get("server"),
      kubeconfig: options.get("kubeconfig"),
      context: options.get("context"),
      namespace: options.get("namespace"),
    };
    backend ??= await openBackend(target, terminal, signal);
    return backend;
  };
  try {
    const names = await candidates(spot, open);
    terminal.stdout.write(names.map((name) => `${name}\n`).join(""));
  } finally {
    await backend?.close();
  }
}
