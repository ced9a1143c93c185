import { expect, test } from "vitest";
import type { Artifact, Release } from "../../api/index.ts";
import { ownershipDeps, projectOfTest, releaseOfTest } from "../testing/ownership-world.ts";
import { pinArtifacts } from "./release-artifacts.ts";

const own = projectOfTest("a", "company/mine/web", 1);
const projects = [own, projectOfTest("b", "company/theirs/web", 2)];
const releases = [releaseOfTest("b", "reg.io/releases/company/theirs/web", 1)];
const given = `sha256:${"0a".repeat(32)}`;
const signal = AbortSignal.timeout(10_000);

/** The result for one artifact of namespace a, and the requests to the registry. */
async function pinned(uri: string, digest: string | undefined, held: string | undefined) {
  const asked: string[] = [];
  const { caches, settings } = ownershipDeps(projects, releases);
  const notFound = Object.assign(new Error("no image"), { code: "ImageNotFound" });
  const images = { read: () => Promise.reject(notFound) };
  const digests = {
    find: (reference: string) => {
      asked.push(reference);
      return Promise.resolve(held);
    },
  };
  const artifact = { name: "web", type: "Container", uri, ...(digest && { digest }) };
  const release = {
    metadata: { namespace: "a" },
    spec: { commit: "a".repeat(40), artifacts: [artifact as Artifact] },
  } as unknown as Release;
  const deps = { caches, settings, images, digests } as unknown as Parameters<
    typeof pinArtifacts
  >[0];
  const result = await pinArtifacts(deps, release, undefined, signal).catch(
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );
  return { result, asked };
}

test("of another namespace's image nothing is asked, and the answer is the same", async () => {
  const uri = "reg.io/releases/company/theirs/web:v1";
  for (const digest of [undefined, given]) {
    const there = await pinned(uri, digest, `sha256:${"0b".repeat(32)}`);
    expect(there.asked).toEqual([]);
    expect(await pinned(uri, digest, undefined)).toEqual(there);
  }
});

test("an image beside its own is looked up", async () => {
  const uri = "reg.io/releases/company/mine/base:v1";
  const { result, asked } = await pinned(uri, undefined, given);
  expect(asked).toEqual([uri]);
  expect(result).toMatchObject([{ uri, digest: given }]);
});
