/** kube-score on what Helm renders of the chart, in both modes. */
import { join } from "node:path";
import { output, run } from "../../test/ground/index.ts";
import { locateTool, requireTool } from "../../tools/locate.ts";
import type { Accepted, Linter } from "./linter.ts";

const chart = join(import.meta.dirname, "..", "..", "charts", "forge");
const kubernetes = "1.36.0";

const given = [
  ...["--set", "image.repository=registry.example.com/forge"],
  ...["--set", "registry.prefix=registry.example.com/releases"],
];

/** By kube-score's flags; `kube-score list` explains its tests. */
const accepted: readonly Accepted[] = [
  {
    what: "--ignore-container-cpu-limit",
    because: "a limit throttles a process while processors are idle; requests divide them fairly",
  },
  {
    what: "--ignore-test=container-image-pull-policy",
    because: "the image is named by a version or a digest, and image.pullPolicy may be Always",
  },
];

const acceptedDistributed: readonly Accepted[] = [
  ...accepted,
  {
    what: "--ignore-test=deployment-has-host-podantiaffinity",
    because: "topologySpreadConstraints spread the pods over nodes",
  },
];

const acceptedStandalone: readonly Accepted[] = [
  ...accepted,
  {
    what: "--ignore-test=deployment-replicas",
    because: "standalone is one pod; distributed has two",
  },
  {
    what: "--ignore-test=deployment-strategy",
    because: "a ledger in a file has one writer: the old pod ends before the new one starts",
  },
];

const modes = [
  { mode: "standalone", values: [], accepts: acceptedStandalone },
  {
    mode: "distributed",
    values: ["--set", "server.ledger.urlSecret=ledger"],
    accepts: acceptedDistributed,
  },
];

export const kubeScore: Linter = {
  name: "kube-score on charts/forge",
  missing: () =>
    ["helm", "kube-score"].every((program) => locateTool(program))
      ? undefined
      : "kube-score or helm is not built: run `make tools`",
  run: async () => (await Promise.all(modes.map(score))).join(""),
};

async function score({ mode, values, accepts }: (typeof modes)[number]): Promise<string> {
  const manifests = await output(requireTool("helm"), [
    ...["template", "forge", chart, "--namespace=forge-system", `--kube-version=${kubernetes}`],
    ...[...given, ...values, "--set", `mode=${mode}`],
  ]);
  const { code, stdout, stderr } = await run(
    requireTool("kube-score"),
    [
      ...["score", "-", "--output-format=ci", "--exit-one-on-warning"],
      `--kubernetes-version=v${kubernetes.replace(/\.\d+$/, "")}`,
      ...accepts.map(({ what }) => what),
    ],
    { input: manifests },
  );
  if (code === 0) return "";
  const found = stdout.split("\n").filter((line) => /^\[(CRITICAL|WARNING)\]/.test(line));
  return [...found, stderr.trim()]
    .filter(Boolean)
    .map((line) => `${mode}: ${line}\n`)
    .join("");
}
