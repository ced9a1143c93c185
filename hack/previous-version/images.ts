import { output } from "../../test/ground/index.ts";
import { requireTool } from "../../tools/locate.ts";

/** An image as the registry has it, byte by byte. */
export interface RecordedImage {
  readonly tag: string;
  readonly manifest: string;
  /** By digest, in base64. */
  readonly blobs: Readonly<Record<string, string>>;
}

export async function recordImages(repository: string): Promise<RecordedImage[]> {
  const crane = (...args: string[]) => output(requireTool("crane"), [...args, "--insecure"]);
  const tags = (await crane("ls", repository)).trim().split("\n").toSorted();
  const images: RecordedImage[] = [];
  for (const tag of tags) {
    const manifest = await crane("manifest", `${repository}:${tag}`);
    const { config, layers } = JSON.parse(manifest) as {
      config: { digest: string };
      layers: { digest: string }[];
    };
    const blobs: Record<string, string> = {};
    for (const { digest } of [config, ...layers]) {
      const blob = `"${requireTool("crane")}" blob --insecure "${repository}@${digest}" | base64 -w0`;
      blobs[digest] = (await output("sh", ["-c", blob])).trim();
    }
    images.push({ tag, manifest, blobs });
  }
  return images;
}
