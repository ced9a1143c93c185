// forge-argocd-plugin: reads its settings, and serves or generates.
import { ForgeError, messageOf } from "../../src/api/index.ts";
import { helpText, readConfig } from "./config.ts";

async function main(args: readonly string[]): Promise<void> {
  const isCommand = args[0] === "generate";
  const config = readConfig(isCommand ? args.slice(1) : args, process.env);
  if (config === "help") {
    process.stdout.write(helpText());
    return;
  }
  // Each way loads what it needs alone: the command starts anew for every application.
  if (isCommand) {
    const { generate } = await import("./generate.ts");
    await generate(config, process.cwd(), process.env, (text) => process.stdout.write(text));
    return;
  }
  const { serve } = await import("./serve.ts");
  await serve(config);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const said =
    error instanceof ForgeError
      ? `forge: ${error.code}: ${error.message}. ${error.hint}`
      : `forge-argocd-plugin: ${messageOf(error)}`;
  process.stderr.write(`${said}\n`);
  process.exitCode = 1;
}
