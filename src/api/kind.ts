import type { z } from "zod";
import { ForgeError } from "./forge-error.ts";

export const group = "forge.dev";
export const version = "v1alpha1";
export const apiVersion = `${group}/${version}`;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object of one of forge's kinds, as the API server gives it. */
export interface ForgeObject<Spec, Status> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec: Spec;
  readonly status?: Status | undefined;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description: string;
  /** 0 is always shown, 1 with -o wide. */
  readonly priority?: 0 | 1;
}

/** All that is known of a kind: its CustomResourceDefinition is made from this, and its types. */
export interface Kind<Spec extends z.ZodType = z.ZodType, Status extends z.ZodType = z.ZodType> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly namespaced: true;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: Spec;
  readonly status: Status;
  readonly columns: readonly PrinterColumn[];
  /** JSON paths that `kubectl get --field-selector` may filter by. */
  readonly selectableFields: readonly string[];
}

export function defineKind<Spec extends z.ZodType, Status extends z.ZodType>(
  kind: Omit<Kind<Spec, Status>, "group" | "version" | "singular" | "namespaced">,
): Kind<Spec, Status> {
  return { group, version, singular: kind.kind.toLowerCase(), namespaced: true, ...kind };
}

/**
 * Checks a spec by its kind's schema and fills in the defaults.
 * @throws ForgeError InvalidObject, naming the first field that is wrong.
 */
export function parseSpec<Spec extends z.ZodType>(kind: Kind<Spec>, spec: unknown): z.output<Spec> {
  const parsed = kind.spec.safeParse(spec);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = ["spec", ...(issue?.path ?? [])].join(".");
  throw new ForgeError("InvalidObject", `${kind.kind}: ${field}: ${issue?.message ?? "invalid"}`);
}

export const readyColumns: readonly PrinterColumn[] = [
  {
    name: "Ready",
    type: "string",
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: "Whether forge has done what the object asks for.",
  },
  {
    name: "Reason",
    type: "string",
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: "Why it is ready, or not.",
  },
];

export const ageColumn: PrinterColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Time since the object was created.",
};

export const environmentColumn: PrinterColumn = {
  name: "Environment",
  type: "string",
  jsonPath: ".spec.environment",
  description: "Environment.",
};

export const projectColumn: PrinterColumn = {
  name: "Project",
  type: "string",
  jsonPath: ".spec.project",
  description: "Project.",
};

export const gitCommitColumn: PrinterColumn = {
  name: "Git-Commit",
  type: "string",
  jsonPath: ".status.git.commit",
  description: "Commit in the GitOps repository.",
  priority: 1,
};
