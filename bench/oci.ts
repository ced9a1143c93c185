import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connections, Network } from "../src/network/index.ts";
import { RegistryClient, type ReleaseImages, releaseImagesIn } from "../src/oci/index.ts";
import { output, startRegistry } from "../test/ground/index.ts";
import { requireTool } from "../tools/locate.ts";
import { atMost, type Benchmark, median, type Row, type Target, timing } from "./frame.ts";
import { manifest, releaseOf } from "./oci-releases.ts";

const sizes = [5, 50, 500];
const runs = 8;
const atOnce = 500;
const script = join(import.meta.dirname, "oci-process.ts");

/** This machine's network; `onRequest` is told of each request. */
function countingNetwork(onRequest: (url: URL) => void): Network {
  return new (class extends Network {
    override open(...options: Parameters<Network["open"]>): Connections {
      const connections = super.open(...options);
      const request = connections.request.bind(connections);
      connections.request = (outgoing) => {
        onRequest(outgoing.url);
        return request(outgoing);
      };
      return connections;
    }
  })({ allowedRanges: [], ownHosts: "all" });
}

/** Push and pull of release images by a client that is warm, beside crane as whole processes. */
export const oci: Benchmark = {
  name: "oci",
  about:
    "package and push, pull and verify of release images by one warm client; beside it `crane append` of a layer that was packed before, and `crane export` to nowhere, as whole processes against the same registry. The same by a process of node that starts, works and ends stands in rows of its own.",
  run: async (progress) => {
    const folder = mkdtempSync(join(tmpdir(), "forge-bench-"));
    progress("starting a registry");
    const registry = await startRegistry(join(folder, "registry"));
    const uploads = { count: 0 };
    const network = countingNetwork((url) => {
      if (url.pathname.includes("/blobs/uploads/")) uploads.count += 1;
    });
    try {
      await using client = new RegistryClient({ network });
      const images = releaseImagesIn(client);
      const rows: Row[] = [];
      const targets: Target[] = [];
      for (const size of sizes) {
        progress(`${size} manifests: ${runs} runs of each`);
        const found = await measure(images, registry.host, size, folder, uploads);
        rows.push(...found.rows);
        targets.push(...found.targets);
      }
      progress(`${atOnce} releases at once`);
      const args = ["--expose-gc", script, "many", registry.host, String(atOnce)];
      const many = JSON.parse(await output(process.execPath, args)) as {
        aboveIdleMiB: number;
        ms: number;
      };
      const name = `${atOnce} releases of 5 manifests at once`;
      rows.push({ case: name, metric: "time", unit: "ms", median: many.ms, runs: 1 });
      rows.push({
        ...{ case: name, metric: "memory above idle", unit: "MiB" },
        ...{ median: many.aboveIdleMiB, runs: 1 },
      });
      targets.push(atMost("500 releases at once, MiB above idle", 64, many.aboveIdleMiB));
      return { rows, targets };
    } finally {
      await registry.process.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(
  images: ReleaseImages,
  host: string,
  size: number,
  folder: string,
  uploads: { count: number },
): Promise<{ rows: Row[]; targets: Target[] }> {
  const signal = AbortSignal.timeout(300_000);
  const series = { push: [], again: [], pull: [], own: [], ownPull: [], append: [], export: [] };
  const times: Record<keyof typeof series, number[]> = series;
  const clock = async (values: number[], index: number, act: () => Promise<unknown>) => {
    const started = performance.now();
    await act();
    // The first pays for what is made once.
    if (index > 0) values.push(performance.now() - started);
  };
  const crane = requireTool("crane");
  let uploadsAgain = 0;
  for (let index = 0; index <= runs; index++) {
    const content = releaseOf(host, size, index);
    const layer = await packByHand(join(folder, `of-${size}-${index}`), size, index);
    const image = `${host}/crane/of-${size}:v${index}`;
    let ref = "";
    await clock(times.push, index, async () => {
      ({ ref } = await images.publish(content, signal));
    });
    await clock(times.append, index, () =>
      output(crane, ["append", "--insecure", "-f", layer, "-t", image]),
    );
    const before = uploads.count;
    await clock(times.again, index, () => images.publish(content, signal));
    uploadsAgain += uploads.count - before;
    await clock(times.pull, index, () => images.read(ref, signal));
    await clock(times.export, index, () =>
      output(crane, ["export", "--insecure", image, "/dev/null"]),
    );
    if (index % 3 !== 0) continue;
    const own = String(index + 10_000);
    await clock(times.own, index, () =>
      output(process.execPath, [script, "push", host, String(size), own]),
    );
    await clock(times.ownPull, index, () => output(process.execPath, [script, "pull", ref]));
  }
  const name = `${size} manifests`;
  const rows = [
    timing(name, "push, beside crane append", times.push, times.append),
    timing(name, "push unchanged, beside crane append", times.again, times.append),
    timing(name, "pull and verify, beside crane export", times.pull, times.export),
    timing(name, "push as a whole process", times.own, times.append),
    timing(name, "pull and verify as a whole process", times.ownPull, times.export),
  ];
  const ratio = (a: number[], b: number[]) => median(a) / median(b);
  const targets = [
    atMost(`push of ${size}, of crane's time`, 0.5, ratio(times.push, times.append)),
    atMost(`uploads of ${runs + 1} unchanged pushes of ${size}`, 0, uploadsAgain),
  ];
  if (size === 50) {
    targets.push(atMost("pull of 50, of crane's time", 0.5, ratio(times.pull, times.export)));
  }
  return { rows, targets };
}

/** The same manifests as a tar+gzip, made before crane is timed. */
async function packByHand(folder: string, size: number, index: number): Promise<string> {
  mkdirSync(folder);
  for (let item = 0; item < size; item++) {
    writeFileSync(join(folder, `${String(item + 1).padStart(3, "0")}.yaml`), manifest(item, index));
  }
  await output("tar", ["-czf", `${folder}.tar.gz`, "-C", folder, "."]);
  return `${folder}.tar.gz`;
}
