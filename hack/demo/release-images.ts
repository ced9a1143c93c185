import { output } from "../../test/ground/index.ts";
import { requireTool } from "../../tools/locate.ts";
import type { Narration } from "./narration.ts";
import { namespace } from "./parts.ts";
import type { Stage } from "./stage.ts";

const crane = (...args: string[]) => output(requireTool("crane"), [...args, "--insecure"]);

/** The image that web-shop.cue names as @artifact("web-shop.uri") carries the digest. */
export async function readWebShop(
  { kubectl }: Stage,
  narration: Narration,
  image: string,
): Promise<void> {
  const field = (path: string) => kubectl.field(namespace, "release", "web-shop-main", path);
  const verified = await field('.status.conditions[?(@.type=="SourceVerified")].status');
  narration.found("verified", verified);
  if (verified !== "True") throw new Error("the source of web-shop-main was not verified");
  const ref = withoutTag(await field(".status.image.ref"));
  const { layers } = JSON.parse(
    await crane("manifest", `${ref}@${await field(".status.image.digest")}`),
  ) as { layers: { digest: string }[] };
  const blob = `"${requireTool("crane")}" blob --insecure "${ref}@${layers[0]?.digest}"`;
  const resources = await output("sh", ["-c", `${blob} | tar -xzO`]);
  const digest = (await crane("digest", image)).trim();
  narration.found("image", `${image}@${digest}`);
  if (!resources.includes(`${image}@${digest}`)) throw new Error("the image is not pinned");
}

/** Reads a release's image with crane, and holds it against the status; returns its digest. */
export async function readImage(
  { kubectl }: Stage,
  narration: Narration,
  release: string,
): Promise<string> {
  const field = (path: string) => kubectl.field(namespace, "release", release, path);
  const [number = "", ref = "", digest = "", commit = ""] = await Promise.all(
    [".status.number", ".status.image.ref", ".status.image.digest", ".spec.commit"].map(field),
  );
  narration.found("release", `${number} of commit ${commit.slice(0, 12)}`);
  narration.command(`crane digest ${ref}`);
  const read = (await crane("digest", ref)).trim();
  narration.found("digest", read);
  if (read !== digest) throw new Error(`crane reads ${read}, the status says ${digest}`);
  const manifest = await crane("manifest", `${withoutTag(ref)}@${read}`);
  const { layers } = JSON.parse(manifest) as { layers: { mediaType: string }[] };
  for (const { mediaType } of layers) narration.found("layer", mediaType);
  return read;
}

function withoutTag(ref: string): string {
  return ref.replace(/:[0-9a-f]+$/, "");
}
