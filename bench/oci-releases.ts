import type { ReleaseContent } from "../src/oci/index.ts";

/** A release of so many manifests, the nth of its kind; all that is made is kept apart by it. */
export function releaseOf(host: string, count: number, index: number): ReleaseContent {
  const commit = (index + 1).toString(16).padStart(8, "0").padEnd(40, count.toString(16));
  return {
    registry: `${host}/bench`,
    objects: Array.from({ length: count }, (_none, item) => ({
      kind: "Deployment",
      name: `app-${item}`,
      yaml: manifest(item, index),
    })),
    release: { number: index + 1, aliases: [], trigger: { type: "Manual" } },
    source: { repository: `bench/of-${count}`, project: "app", commit },
    artifacts: [],
  };
}

export function manifest(item: number, index: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-${item}
  labels: {app.kubernetes.io/name: app-${item}, app.kubernetes.io/version: "${index}"}
spec:
  replicas: ${(item % 5) + 1}
  selector: {matchLabels: {app.kubernetes.io/name: app-${item}}}
  template:
    metadata: {labels: {app.kubernetes.io/name: app-${item}}}
    spec:
      containers:
        - name: main
          image: registry.example.com/app-${item}@sha256:${(item * 7919 + index * 104729).toString(16).padStart(64, "0")}
          ports: [{name: http, containerPort: ${8000 + item}}]
          resources: {requests: {cpu: ${10 + item}m, memory: ${64 + item}Mi}}
          readinessProbe: {httpGet: {path: /ready, port: http}, periodSeconds: 5}
`;
}
