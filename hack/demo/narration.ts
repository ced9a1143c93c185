/** What the demo tells: steps with a number, what was done, and what was found. */
export class Narration {
  #step = 0;

  step(title: string): void {
    this.#step += 1;
    this.#write(`\n${this.#step}. ${title}`);
  }

  /** A command as a user would type it. */
  command(line: string): void {
    this.#write(`   $ ${line}`);
  }

  /** What came of it, as another program reads it. */
  found(label: string, value: string): void {
    this.#write(`   ${`${label}:`.padEnd(14)} ${value}`);
  }

  text(block: string): void {
    for (const line of block.trimEnd().split("\n")) this.#write(`     ${line}`);
  }

  #write(line: string): void {
    process.stdout.write(`${line}\n`);
  }
}
