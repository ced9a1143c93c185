// forge-argocd-plugin: reads its settings, and serves or generates.
import { runProgram } from "../program.ts";
import { helpText, readConfig } from "./config.ts";

await runProgram("forge-argocd-plugin", async (args) => {
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
});
