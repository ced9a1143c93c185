/** Whether the admission policies that this version ships are in force. */
import { findWeakPolicies, messageOf } from "../../api/index.ts";
import type { Backend } from "../ports.ts";
import type { Finding } from "./finding.ts";

const check = "admission policies";

/** By the cluster's own policies where the caller may list them, else by what the controller says. */
export async function policyFindings(
  backend: Pick<Backend, "list" | "policies">,
): Promise<Finding[]> {
  try {
    const found = await backend.policies();
    if (found === undefined) return [await reported(backend)];
    const weak = findWeakPolicies(found);
    if (weak.length === 0) return [{ check, ok: true, message: "installed, bound and unchanged" }];
    return weak.map(({ name, message }) => ({ check, ok: false, message: `${name} ${message}` }));
  } catch (error) {
    return [{ check, ok: false, message: messageOf(error) }];
  }
}

async function reported(backend: Pick<Backend, "list">): Promise<Finding> {
  const environments = await backend.list("Environment").catch(() => []);
  const condition = environments
    .flatMap(({ status }) => status?.conditions ?? [])
    .find(({ type }) => type === "PoliciesEnforced");
  if (condition === undefined) return { check, message: "not tried: you may not list them" };
  const message = `the controller says: ${condition.message}`;
  if (condition.status === "Unknown") return { check, message };
  return { check, ok: condition.status === "True", message };
}
