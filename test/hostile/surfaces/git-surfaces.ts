import { type GeneratedAnswer, gitAnswerShapes } from "../generators/git-answers.ts";
import { packShapes } from "../generators/git-packs.ts";
import { treeShapes } from "../generators/git-trees.ts";
import { yamlShapes } from "../generators/yaml-texts.ts";
import type { HostileGitServer, Served } from "../servers/hostile-git-server.ts";
import { commitFor, type HostileTenant } from "./hostile-tenant.ts";
import { type Surface, surfaceOf } from "./surface.ts";

/** Releases whose sources are on a git server of the attacker's own, or in the Release itself. */
export function sourceSurfaces(tenant: HostileTenant, git: HostileGitServer): readonly Surface[] {
  const fromGit = async (served: Served, id: string) => {
    const url = git.serve(id, served);
    const commit = "head" in served ? served.head : commitFor(id);
    const outcome = await tenant.release(id, { commit, source: { git: { url } } });
    const asked = git.asked(id);
    git.forget(id);
    return asked === 0 ? "not asked" : outcome;
  };
  const fromAnswer = async (answer: GeneratedAnswer, id: string) => {
    const { releases = 1 } = answer;
    const all = Array.from({ length: releases }, (_none, index) =>
      fromGit(answer, `${id}-${index}`),
    );
    const [first = "nothing"] = await Promise.all(all);
    return first;
  };
  return [
    surfaceOf("trees", treeShapes, fromGit),
    surfaceOf("packs", packShapes, fromGit),
    surfaceOf("refs", gitAnswerShapes, fromAnswer),
    surfaceOf("yaml", yamlShapes, (manifests, id) => tenant.release(id, { source: { manifests } })),
  ];
}
