import type { Fact } from "../ports.ts";
import { detailsOf } from "./fact.ts";

/** A release image, as its registry has it: part of what the image's metadata says. */
export interface ReleaseImage {
  readonly ref: string;
  readonly digest: string;
  readonly release: {
    readonly number: number;
    readonly version?: string | undefined;
    readonly aliases: readonly { readonly type: string; readonly value: string }[];
  };
  readonly source: {
    readonly repository: string;
    readonly project: string;
    readonly commit: string;
  };
}

/** What is known of a release whose object is gone; when it was packaged, the image does not say. */
export function imageFacts(namespace: string, image: ReleaseImage): Fact[] {
  const { ref, digest, release, source } = image;
  const { repository, project, commit } = source;
  const { number, version, aliases } = release;
  const triplet = `Release/${namespace}/${repository}/${project}/${commit}`;
  const place = { kind: "Release" as const, namespace, repository, project, subject: commit };
  return [
    {
      ...place,
      key: `${triplet}/Packaged/${digest}`,
      event: "Packaged",
      details: detailsOf({ commit, number, version, image: { ref, digest } }),
    },
    ...aliases.map(({ type, value }) => ({
      ...place,
      key: `${triplet}/Named/${type}/${value}`,
      event: "Named",
      details: { commit, number, type, value },
    })),
  ];
}
