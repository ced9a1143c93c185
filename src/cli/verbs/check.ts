/** check: whether the cluster answers, forge's kinds are there, what you may do, and the clock. */
import { isForbidden, isNotFound } from "../../../controller/kube/index.ts";
import { ForgeError, kinds, messageOf } from "../../api/index.ts";
import type { Finding } from "../checks/finding.ts";
import { gitFindings } from "../checks/git.ts";
import { policyFindings } from "../checks/policies.ts";
import { registryFinding } from "../checks/registry.ts";
import { prefixFindings } from "../checks/registry-prefixes.ts";
import { printValue } from "../output/print.ts";
import { stylesFor } from "../output/style.ts";
import type { Backend, KindName, Right, WhoAmI } from "../ports.ts";
import type { Call, Session } from "../session.ts";

export interface CheckOptions {
  readonly registry?: string;
  readonly dockerConfig?: string;
  readonly insecureHost?: readonly string[];
  readonly downgrade?: boolean;
}

/** The server's time is said to the second, and the answer takes some of its own. */
const clockToleranceMs = 5_000;
/** One finding as a line for people. */
const namesShown = 20;

export async function check(session: Session, call: Call<CheckOptions>): Promise<void> {
  const { backend, terminal } = session;
  const { registry: prefix, dockerConfig, insecureHost: insecureHosts = [] } = call.options;
  const losses = call.options.downgrade ? await downgraded(backend) : [];
  const who = await backend.whoAmI();
  const findings: readonly Finding[] = [
    { check: "cluster", ok: true, message: `${who.server} answers; you are ${who.user}` },
    ...(await Promise.all(kinds.map(({ kind }) => kindFinding(backend, kind as KindName)))),
    ...(await policyFindings(backend)),
    ...(await rightFindings(backend)),
    clockFinding(who, terminal.now()),
    ...(await gitFindings(backend, insecureHosts)),
    await registryFinding(terminal, { prefix, dockerConfig, insecureHosts }),
    ...(await prefixFindings(backend)),
    ...losses,
  ];
  const styles = stylesFor(terminal.stdout, terminal.env);
  await printValue(session, { namespace: backend.namespace, findings }, () =>
    findings
      .map(({ check: name, ok, message, objects }) => {
        const mark = ok === undefined ? "-" : ok ? styles.good("✓") : styles.bad("✗");
        return `${mark} ${name}: ${message}${objects ? `: ${shortList(objects)}` : ""}\n`;
      })
      .join(""),
  );
  const failed = findings.filter(({ ok }) => ok === false);
  if (failed.length === 0) return;
  throw new ForgeError("UsageInvalid", `${failed.length} checks failed`, { hint: hintOf(failed) });
}

function hintOf(failed: readonly Finding[]): string {
  if (failed.some(({ check: name }) => name.startsWith("kind "))) {
    return "Install what is missing: kubectl apply -f crds/";
  }
  if (failed.some(({ check: name }) => name === "admission policies")) {
    return "Install the policies of this version again: docs/runbooks/forge-policies-not-enforced.md.";
  }
  return failed.every(({ objects }) => objects !== undefined)
    ? "Stay on this version, or accept the losses: docs/operations.md, Going back to the version before."
    : "Ask whoever runs the cluster.";
}

/** Loaded when it is asked for: it knows the schemas of a whole version. */
async function downgraded(backend: Backend): Promise<Finding[]> {
  const { downgradeFindings } = await import("../checks/downgrade/downgrade.ts");
  return downgradeFindings(backend);
}

/** -o json has them all. */
function shortList(objects: readonly string[]): string {
  const more = objects.length - namesShown;
  const shown = objects.slice(0, namesShown).join(", ");
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Asked for none of its objects, the server tells by its answer whether the kind is there. */
async function kindFinding(backend: Backend, kind: KindName): Promise<Finding> {
  const name = `kind ${kind}`;
  try {
    await backend.list(kind, { "metadata.name": "forge-check" });
    return { check: name, ok: true, message: "installed" };
  } catch (error) {
    if (isForbidden(error)) return { check: name, ok: false, message: "you may not read it" };
    if (isNotFound(error)) return { check: name, ok: false, message: "not installed" };
    return { check: name, ok: false, message: messageOf(error) };
  }
}

async function rightFindings(backend: Backend): Promise<Finding[]> {
  const environments = await backend.list("Environment").catch(() => []);
  const rights: readonly (Right & { readonly words: string })[] = [
    { verb: "list", resource: "releases", words: "read releases" },
    { verb: "create", resource: "releases", words: "write releases" },
    { verb: "update", resource: "releasepointers", words: "write pointers" },
    { verb: "create", resource: "releaseapprovals", words: "write approvals" },
    ...environments.flatMap(({ metadata: { name } }) => [
      { verb: "deploy", resource: "environments", name, words: `deploy to ${name}` },
      { verb: "approve", resource: "environments", name, words: `approve for ${name}` },
    ]),
  ];
  const answers = await Promise.all(rights.map((right) => backend.mayI(right)));
  return rights.map(({ words }, index) => ({
    check: "you may",
    message: `${answers[index] ? "" : "not "}${words}`,
  }));
}

function clockFinding({ serverTime }: WhoAmI, now: Date): Finding {
  if (serverTime === undefined) return { check: "clock", message: "the server does not say" };
  const apartMs = Math.abs(now.getTime() - serverTime.getTime());
  const seconds = Math.round(apartMs / 1_000);
  return {
    check: "clock",
    ok: apartMs <= clockToleranceMs,
    message: `${seconds} s apart from the server's`,
  };
}
