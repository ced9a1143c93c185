/** Whether the GitOps repositories take a push, as far as that can be told without one. */
import { isForbidden } from "../../../controller/kube/index.ts";
import { type Environment, messageOf } from "../../api/index.ts";
import { openRemote, type RemoteOptions } from "../../git/index.ts";
import type { Backend } from "../ports.ts";
import type { Finding } from "./finding.ts";

/** More than these are the same few servers again. */
const maximumAsked = 50;
const timeoutMs = 15_000;

export async function gitFindings(
  backend: Backend,
  insecureHosts: readonly string[],
): Promise<Finding[]> {
  const environments = await backend.list("Environment").catch(() => []);
  return Promise.all(
    environments.slice(0, maximumAsked).map(async (environment) => ({
      check: `git of ${environment.metadata.name}`,
      ...(await ask(backend, environment, insecureHosts)),
    })),
  );
}

async function ask(
  backend: Backend,
  environment: Environment,
  insecureHosts: readonly string[],
): Promise<Omit<Finding, "check">> {
  const { branch, secretRef, url } = environment.spec.gitOps;
  try {
    const remote = await backend.repository(environment, insecureHosts);
    if (remote !== undefined) return await push(remote, branch);
    return { message: "not tried: the server has no credentials of git; --kube reads them" };
  } catch (error) {
    if (!isForbidden(error)) return { ok: false, message: `${url}: ${messageOf(error)}` };
    return { message: `not tried: you may not read Secret ${secretRef?.name}, the controller may` };
  }
}

async function push(options: RemoteOptions, branch: string): Promise<Omit<Finding, "check">> {
  const remote = openRemote(options);
  const signal = AbortSignal.timeout(timeoutMs);
  const { url } = options;
  try {
    await remote.checkPush(signal);
    const ref = `refs/heads/${branch}`;
    const refs = await remote.listRefs([ref], signal);
    const isThere = refs.some(({ name }) => name === ref);
    if (!isThere) return { ok: false, message: `${url} has no branch ${branch}` };
    const known = `${url} takes pushes with these credentials`;
    return { ok: true, message: `${known}; whether ${branch} is protected, a push alone tells` };
  } finally {
    await remote.close();
  }
}
