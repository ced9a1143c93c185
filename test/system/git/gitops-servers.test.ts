import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createGitOpsWriter, type GitOpsWriter } from "../../../src/gitops/index.ts";
import {
  createBareRepository,
  createCertificate,
  git,
  startProxy,
  startSlowLink,
  startTlsFront,
  type TestCertificate,
} from "../../ground/index.ts";
import { gitOpsRequest } from "./gitops-requests.ts";

const signal = AbortSignal.timeout(100_000);
const { gitUrl, gitRoot, gitCredentials } = inject("ground");
let folder: string;
let own: TestCertificate;
let other: TestCertificate;
let count = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-git-fronts-"));
  own = createCertificate(folder, "own");
  other = createCertificate(folder, "other");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function newRepository(): Promise<{ name: string; bare: string }> {
  const name = `servers-${process.pid}-${count++}.git`;
  const bare = join(gitRoot, name);
  await createBareRepository(bare);
  return { name, bare };
}

async function using<Result>(act: (writer: GitOpsWriter) => Promise<Result>): Promise<Result> {
  const writer = createGitOpsWriter();
  try {
    return await act(writer);
  } finally {
    await writer.close();
  }
}

type Remote = Omit<Parameters<GitOpsWriter["commit"]>[0]["remote"], "network">;
const deploy = (remote: Remote, deadlineMs = 60_000) =>
  using((writer) => writer.commit({ ...gitOpsRequest(remote, "app", 1), deadlineMs }, signal));

describe("a git server", () => {
  test("with a certificate of its own authority is trusted by that, and by no other", async () => {
    const { name, bare } = await newRepository();
    await using front = await startTlsFront(gitUrl, own);
    const url = `https://${front.host}/${name}`;
    const { commit } = await deploy({ url, credentials: gitCredentials, ca: own.cert });
    expect(await git(bare, "rev-parse", "main")).toContain(commit);
    for (const trust of [{}, { ca: other.cert }]) {
      const refused = deploy({ url, credentials: gitCredentials, ...trust }, 500);
      await expect(refused).rejects.toMatchObject({ code: "GitUnreachable" });
    }
  });

  test.each(["http", "https"] as const)("is reached through a proxy, by %s", async (scheme) => {
    const { name, bare } = await newRepository();
    await using front = await startTlsFront(gitUrl, own);
    await using proxy = await startProxy("robot:pr0xy-canary");
    const host = scheme === "https" ? front.host : new URL(gitUrl).host;
    const remote = {
      url: `${scheme}://${host}/${name}`,
      credentials: gitCredentials,
      ca: own.cert,
      proxy: {
        url: `http://${proxy.host}`,
        credentials: { username: "robot", password: "pr0xy-canary" },
      },
    };
    const { commit } = await deploy(remote);
    expect(await git(bare, "rev-parse", "main")).toContain(commit);
    expect(new Set(proxy.tunnels)).toEqual(new Set([host]));
    const wrong = { ...remote, proxy: { url: `http://${proxy.host}` } };
    await expect(deploy(wrong, 500)).rejects.toMatchObject({ code: "GitUnreachable" });
  });

  test("on a slow link is waited for", async () => {
    const { name, bare } = await newRepository();
    await using link = await startSlowLink(gitUrl, { delayMs: 100, bytesPerSecond: 64_000 });
    const { commit } = await deploy({
      url: `http://${link.host}/${name}`,
      credentials: gitCredentials,
    });
    expect(await git(bare, "rev-parse", "main")).toContain(commit);
  });

  test("learns credentials, and nobody else: neither errors nor logs tell them", async () => {
    const { name } = await newRepository();
    const password = "c4nary-of-the-password";
    const secrets = [password, Buffer.from(`eve:${password}`).toString("base64")];
    const said: unknown[] = [];
    const log = {
      debug: (...line: unknown[]) => void said.push(line),
      warn: (...line: unknown[]) => void said.push(line),
    };
    const writer = createGitOpsWriter({ log });
    const closed = createServerAddress();
    for (const url of [`${gitUrl}/${name}`, `http://${closed}/${name}`]) {
      for (const credentials of [
        { username: "eve", password },
        { token: password },
        { bearerToken: password },
      ]) {
        const request = { ...gitOpsRequest({ url, credentials }, "app", 1), deadlineMs: 300 };
        said.push(await writer.commit(request, signal).catch((error: unknown) => error));
      }
    }
    await writer.close();
    const text = inspect(said, { depth: 20, showHidden: true });
    expect(said.length).toBeGreaterThanOrEqual(6);
    for (const secret of secrets) expect(text).not.toContain(secret);
  });
});

/** Of loopback, where nobody listens. */
function createServerAddress(): string {
  return "127.0.0.1:1";
}
