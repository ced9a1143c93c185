import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Row } from "../frame.ts";

interface Requested {
  readonly resources: { readonly requests: { readonly memory: string } };
}

const roles = ["controller", "server"] as const;
const values: Readonly<Record<(typeof roles)[number], Requested>> = parse(
  readFileSync(join(import.meta.dirname, "..", "..", "charts", "forge", "values.yaml"), "utf8"),
);

/**
 * What the installations of others ask for in MiB, as they were published: Flux's
 * image-automation-controller (config/manager/deployment.yaml, commit 03016c1), GitOps Promoter
 * (config/manager/deployment.yaml, commit 0091be2), kuberpult (charts/kuberpult/values.yaml, commit
 * c2ce131). Kargo's chart asks for nothing (charts/kargo/values.yaml, commit 0115c20).
 */
const published = {
  "Flux image-automation-controller": 64,
  "GitOps Promoter": 64,
  "kuberpult cd-service": 3_072,
  "kuberpult frontend-service": 250,
  "Kargo (each role)": 0,
} as const;

/** Memory that charts ask for: nothing here is measured. */
export function requestRows(): Row[] {
  const own = roles.map((role): [string, number] => [
    `forge-${role}`,
    mebibytes(values[role].resources.requests.memory),
  ]);
  return [...own, ...Object.entries(published)].map(([name, median]) => ({
    case: "memory asked for, as published",
    metric: name,
    unit: "MiB",
    median,
    runs: 1,
  }));
}

function mebibytes(quantity: string): number {
  const [, amount] = /^(\d+)Mi$/.exec(quantity) ?? [];
  if (amount === undefined) throw new Error(`${quantity} is not in Mi`);
  return Number(amount);
}
