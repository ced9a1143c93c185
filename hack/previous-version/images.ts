import { output, run } from "../../test/ground/index.ts";
import { requireTool } from "../../tools/locate.ts";
import type { RecordedObject } from "./recording.ts";

/** An image as the registry has it, byte by byte. */
export interface RecordedImage {
  /** `<repository>:<tag>`, or `<repository>@<digest>` where no tag names it. */
  readonly reference: string;
  readonly manifest: string;
  /** By digest, in base64. */
  readonly blobs: Readonly<Record<string, string>>;
}

/** The images of Releases, as far as the registry still has them. */
export async function recordImages(objects: readonly RecordedObject[]): Promise<RecordedImage[]> {
  const images: RecordedImage[] = [];
  for (const { status } of objects) {
    if (status?.image === undefined) continue;
    const { ref, digest } = status.image;
    const repository = ref.replace(/:[0-9a-f]+$/, "");
    const image =
      (await read(repository, ref)) ?? (await read(repository, `${repository}@${digest}`));
    if (image !== undefined) images.push(image);
  }
  return images;
}

async function read(repository: string, reference: string): Promise<RecordedImage | undefined> {
  const crane = requireTool("crane");
  const { code, stdout: manifest } = await run(crane, ["manifest", reference, "--insecure"]);
  if (code !== 0) return undefined;
  const { config, layers } = JSON.parse(manifest) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const blobs: Record<string, string> = {};
  for (const { digest } of [config, ...layers]) {
    const blob = `"${crane}" blob --insecure "${repository}@${digest}" | base64 -w0`;
    blobs[digest] = (await output("sh", ["-c", blob])).trim();
  }
  return { reference, manifest, blobs };
}
