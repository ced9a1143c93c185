import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../test/ground/index.ts";
import { requireTool } from "../../tools/locate.ts";
import { manifest } from "../oci-releases.ts";

/** The same objects as a chart and as a kustomization, as Argo CD's plugin server would run them. */
export function peersOf(folder: string, count: number) {
  const chart = join(folder, `chart-${count}`);
  const base = join(folder, `kustomization-${count}`);
  mkdirSync(join(chart, "templates"), { recursive: true });
  mkdirSync(base, { recursive: true });
  writeFileSync(join(chart, "Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\n");
  const names = Array.from({ length: count }, (_none, item) => `app-${item}.yaml`);
  for (const [item, name] of names.entries()) {
    const text = manifest(item, 0);
    writeFileSync(join(base, name), text);
    const templated = text.replace(/replicas: .*/, "replicas: {{ .Values.replicas }}");
    writeFileSync(join(chart, "templates", name), templated);
  }
  writeFileSync(join(chart, "values.yaml"), "replicas: 2\n");
  const annotations = { "forge.dev/release": "0".repeat(40) };
  const kustomization = { resources: names, commonAnnotations: annotations };
  writeFileSync(join(base, "kustomization.yaml"), JSON.stringify(kustomization));
  return {
    helm: () => output(requireTool("helm"), ["template", "app", chart]),
    kustomize: () => output(requireTool("kubectl"), ["kustomize", base]),
  };
}
