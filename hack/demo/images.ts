import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../test/ground/index.ts";
import { requireTool } from "../../tools/locate.ts";
import { folder, type Parts } from "./parts.ts";

/** Pushes a container image as a pipeline would, and returns its name with the tag. */
export async function pushImage({ registry }: Parts, name: string, tag: string): Promise<string> {
  const content = join(folder, "images", name);
  mkdirSync(content, { recursive: true });
  writeFileSync(join(content, "README"), `${name} ${tag}\n`);
  const layer = `${content}.tar`;
  await output("tar", ["-cf", layer, "-C", content, "."]);
  const image = `${registry.host}/company/${name}:${tag}`;
  const flags = ["--insecure", "--oci-empty-base", "-f", layer, "-t", image];
  await output(requireTool("crane"), ["append", ...flags]);
  return image;
}
