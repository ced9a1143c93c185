import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireTool } from "../../../tools/locate.ts";
import { output } from "../../ground/index.ts";

/** Pushes a container image of one file, as a pipeline would, and returns its digest. */
export async function pushImage(image: string, folder: string, content = image): Promise<string> {
  const name = `image-${image.replaceAll(/\W/g, "-")}`;
  writeFileSync(join(folder, "..", name), content);
  const layer = join(folder, "..", `${name}.tar`);
  await output("tar", ["-cf", layer, "-C", join(folder, ".."), name]);
  const crane = requireTool("crane");
  await output(crane, ["append", "--insecure", "--oci-empty-base", "-f", layer, "-t", image]);
  return (await output(crane, ["digest", "--insecure", image])).trim();
}
