import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  type Controller,
  Forge,
  hasProgram,
  Kubectl,
  programPath,
  run,
  Terminal,
} from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";

const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const turning = new RegExp(`^([${frames}]) .+$`, "m");

/** What each shell is started as, without anybody's settings, and what gives it the completion. */
const shells = {
  bash: {
    shell: "bash",
    command: "bash --norc --noprofile",
    load: "source <(forge completion bash)",
  },
  zsh: {
    shell: "zsh",
    command: "zsh --no-rcs",
    load: "autoload -U compinit && compinit -D -u && source <(forge completion zsh)",
  },
  fish: { shell: "fish", command: "fish --no-config", load: "forge completion fish | source" },
} as const;

/** Presses Tab, and again where names took too long: then a shell goes without. */
async function completed(terminal: Terminal, pattern: RegExp): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await terminal.press("Tab");
    try {
      await terminal.shows(pattern, 8_000);
      return;
    } catch (error) {
      if (attempt === 4) throw error;
    }
  }
}

/** alice deploys, bob approves: before a real terminal. */
describe.skipIf(!hasProgram("tmux"))("the forge command in a terminal", () => {
  const journey = new Journey("terminal");
  const folder = join(journey.ground.folder, journey.namespace);
  const env = {
    PATH: `${folder}:${process.env["PATH"]}`,
    KUBECONFIG: join(folder, "kubeconfig"),
    HOME: folder,
    PS1: "$ ",
  };
  let controller: Controller;

  const open = async (name: string, command: string) => {
    const terminal = await Terminal.start(name, { command, folder, env });
    onTestFinished(() => terminal.stop());
    return terminal;
  };

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.apply(
      journey.environment("staging"),
      journey.environment("production", { requiresApproval: true }),
    );
    controller = await journey.controller();
    mkdirSync(folder, { recursive: true });
    const program = `#!/bin/sh\nexec "${process.execPath}" "${programPath("forge")}" "$@"\n`;
    writeFileSync(join(folder, "forge"), program);
    chmodSync(join(folder, "forge"), 0o755);
    const kubeconfig = join(folder, "kubeconfig");
    copyFileSync(journey.ground.people.alice, kubeconfig);
    const context = ["config", "set-context", "--current", `--namespace=${journey.namespace}`];
    await new Kubectl(kubeconfig).output(context);
    await journey.released();
  });

  afterAll(() => controller.process.stop());

  test("Ctrl-C ends what turns, and leaves what was asked for", async () => {
    const terminal = await open("interrupted", "bash --norc --noprofile");
    await terminal.type("forge deploy production auth 1 --wait --reason First; echo ended with $?");
    await terminal.press("Enter");
    await terminal.shows(turning);
    await terminal.press("C-c");
    const ended = await terminal.shows(/^ended with 130$/m);
    expect(ended).not.toMatch(turning);
    const pointer = await journey.get("releasepointer", journey.pointerName("production"));
    expect(pointer.spec["release"]).toBe("1");
  });

  test("what is waited for turns on one line, and makes room for what came of it", async () => {
    const terminal = await open("progress", "bash --norc --noprofile");
    await terminal.type("forge wait production auth; echo ended with $?");
    await terminal.press("Enter");
    const frame = turning.exec(await terminal.shows(turning))?.[1] ?? "";
    // The next frame stands where the one before stood.
    const next = await terminal.shows(new RegExp(`^[${frames.replace(frame, "")}] `, "m"));
    expect(next.match(new RegExp(turning, "gm"))).toHaveLength(1);
    const bob = new Forge(journey.ground.people.bob, journey.namespace);
    await bob.output("approve", "production", "auth", "1", "--reason", "Seen");
    const ended = await terminal.shows(/^ended with 0$/m);
    expect(ended).toMatch(/release 1 is in production, by commit/);
    expect(ended).not.toMatch(turning);
  });

  test("through a pipe each transition is a line, and nothing turns", async () => {
    const typed = "forge deploy staging auth 1 --wait --reason Piped 2>&1 | cat";
    const { code, stdout } = await run("bash", ["--norc", "-o", "pipefail", "-c", typed], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/release 1 is in staging, by commit [0-9a-f]{40}\.\n$/);
    expect(stdout.split("\n").length).toBeGreaterThan(2);
    expect(stdout).not.toMatch(new RegExp(`[\\r\\u001b${frames}]`));
  });

  const completes = async ({ shell, command, load }: (typeof shells)[keyof typeof shells]) => {
    const terminal = await open(shell, command);
    await terminal.type(`${load} && echo loaded it`);
    await terminal.press("Enter");
    await terminal.shows(/^loaded it$/m);
    await terminal.type("forge rollb");
    await completed(terminal, /forge rollback ?$/m);
    await terminal.type("prod");
    await completed(terminal, /forge rollback production ?$/m);
    await terminal.type("au");
    await completed(terminal, /forge rollback production auth ?$/m);
    // A key like others: a signal may come while a shell still completes, and end that alone.
    await terminal.press("C-u");
    await terminal.type("forge deploy ");
    await terminal.press("Tab", "Tab");
    return terminal.shows(/\bproduction\b.*\bstaging\b/s);
  };
  test("bash completes verbs, and names as the cluster has them", async () => {
    expect(await completes(shells.bash)).toContain("forge deploy");
  });

  test.skipIf(!hasProgram("zsh"))("zsh completes the same", async () => {
    expect(await completes(shells.zsh)).toContain("forge deploy");
  });

  test.skipIf(!hasProgram("fish"))("fish completes the same", async () => {
    expect(await completes(shells.fish)).toContain("forge deploy");
  });
});
