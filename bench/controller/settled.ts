import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../controller/kube/index.ts";
import { inParallel } from "../in-parallel.ts";
import type { Ground } from "./ground.ts";
import { pushImages } from "./images.ts";
import { type Place, releases } from "./objects.ts";
import { settledRelease } from "./settled-release.ts";

const creationsAtOnce = 16;
const crds = join(import.meta.dirname, "..", "..", "crds");
const withoutStatus = JSON.stringify([{ op: "remove", path: "/spec/versions/0/subresources" }]);

/**
 * Creates Releases as the controller finds them when all was done before it started. While the
 * kind has no status subresource an object is written whole, in one request.
 */
export async function createSettled(ground: Ground, places: readonly Place[]): Promise<void> {
  const [first] = places;
  if (first === undefined) return;
  const { client, kubectl, images } = ground;
  await pushImages(images, places);
  await kubectl.output(["patch", "crd", "releases.forge.dev", "--type=json", "-p", withoutStatus]);
  await untilStatusIsTaken(ground, first, true);
  await inParallel(places, creationsAtOnce, (place) =>
    client.create(releases, settledRelease(images, place)),
  );
  await kubectl.output(["apply", "-f", crds]);
  await untilStatusIsTaken(ground, { ...first, project: "nobody" }, false);
  await untilListed(ground);
}

/** The API server reads a kind anew whose CRD was changed, and refuses lists meanwhile. */
async function untilListed({ kubectl }: Ground): Promise<void> {
  const path = "/apis/forge.dev/v1alpha1/releases?limit=1&resourceVersion=0";
  const deadline = Date.now() + 120_000;
  while ((await kubectl.run(["get", "--raw", path])).code !== 0) {
    if (Date.now() > deadline) throw new Error("the API server did not list the Releases");
    await sleep(500);
  }
}

async function untilStatusIsTaken(
  { client, images }: Ground,
  place: Place,
  wanted: boolean,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const answer: KubeObject & { readonly status?: { readonly number?: number } } =
      await client.create(releases, settledRelease(images, place), { dryRun: true });
    // A new object has a status of its own, by default, but no number.
    if ((answer.status?.number !== undefined) === wanted) return;
    if (Date.now() > deadline) throw new Error("the Releases' CRD did not change");
    await sleep(100);
  }
}
