import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { monorepo } from "../test/system/cue/monorepo.ts";

/** One service of so many objects, on definitions that a repository shares. */
export function project(objects: number, index = 0) {
  const { files, folders } = monorepo({ services: index + 1, objects });
  const folder = folders[index] ?? "";
  const own = Object.entries(files).filter(
    ([path]) => !path.startsWith("services/") || path.startsWith(`${folder}/`),
  );
  return { files: Object.fromEntries(own), folder };
}

/** The same on disk, for `cue export`; returns the folder of the service. */
export function writeProject(root: string, { files, folder }: ReturnType<typeof project>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return join(root, folder);
}

/** Objects in YAML, one file each, of the size that Deployments have. */
export function yamlFiles(count: number): { path: string; content: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `deployment-${index}.yaml`,
    content: deployment(`service-${index}`),
  }));
}

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app.kubernetes.io/name: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      containers:
        - name: ${name}
          image: registry.example.com/company/${name}:1.4.0
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
`;
}
