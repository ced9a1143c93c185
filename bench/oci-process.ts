// One push, or one pull, as a process of its own: what crane is compared with beside a warm client.
// `push <host> <count> <index>`, `pull <reference>`, or `many <host> <count>`, which prints the
// memory that so many pushes at once take above one.

import { ownNetwork } from "../src/network/index.ts";
import { RegistryClient, releaseImagesIn } from "../src/oci/index.ts";
import { releaseOf } from "./oci-releases.ts";

const [action, target = "", count = "5", index = "0"] = process.argv.slice(2);
const signal = AbortSignal.timeout(300_000);
await using client = new RegistryClient({ network: ownNetwork() });
const images = releaseImagesIn(client);
if (action === "push")
  await images.publish(releaseOf(target, Number(count), Number(index)), signal);
else if (action === "pull") await images.read(target, signal);
else process.stdout.write(`${JSON.stringify(await many(Number(count)))}\n`);

async function many(releases: number): Promise<{ aboveIdleMiB: number; ms: number }> {
  for (let warm = 0; warm < 20; warm++) {
    await images.publish(releaseOf(target, 5, 1_000_000 + warm), signal);
  }
  globalThis.gc?.();
  const idle = process.memoryUsage.rss();
  let peak = idle;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 5);
  const started = performance.now();
  await Promise.all(
    Array.from({ length: releases }, (_none, each) =>
      images.publish(releaseOf(target, 5, 2_000_000 + each), signal),
    ),
  );
  const ms = performance.now() - started;
  clearInterval(sampler);
  return { aboveIdleMiB: (Math.max(peak, process.memoryUsage.rss()) - idle) / 2 ** 20, ms };
}
