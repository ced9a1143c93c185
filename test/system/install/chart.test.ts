import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { version } from "../../../cmd/version.ts";
import { Kubectl } from "../../ground/index.ts";
import {
  chart,
  lint,
  merged,
  objectsIn,
  only,
  type Rendered,
  render,
  tryToRender,
  type Values,
} from "./chart.ts";

const root = join(import.meta.dirname, "..", "..", "..");

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Paths of the values that are not made of others. */
function leavesOf({ properties }: Schema, path = ""): string[] {
  if (properties === undefined) return [path];
  return Object.entries(properties).flatMap(([name, schema]) =>
    leavesOf(schema, path === "" ? name : `${path}.${name}`),
  );
}

function nested(path: string, value: unknown): Values {
  const [first = "", ...rest] = path.split(".");
  return { [first]: rest.length === 0 ? value : nested(rest.join("."), value) };
}

function at(values: Values, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((tree, name) => (tree as Values | undefined)?.[name], values);
}

const schema = JSON.parse(readFileSync(join(chart, "values.schema.json"), "utf8")) as Schema;
const defaults = parse(readFileSync(join(chart, "values.yaml"), "utf8")) as Values;

/** The objects of the server for a value of the server's, all others without one for another. */
async function textOf(path: string, given: Values): Promise<string> {
  if (!path.startsWith("server.")) {
    return JSON.stringify(await render(merged({ server: { enabled: false } }, given)));
  }
  const objects = await render(given);
  return JSON.stringify(objects.filter(({ metadata }) => metadata.name.includes("-server")));
}

const oidc = { issuer: "https://idp.example.com", audience: "forge" };
const withOidc: Values = { server: { oidc } };

/** Each value: what it is set to, and what then stands in the objects, or no longer does. */
const values: readonly {
  path: string;
  set: unknown;
  says?: string;
  lacks?: string;
  /** Without which it means nothing. */
  beside?: Values;
}[] = [
  { path: "nameOverride", set: "smith", says: '"app.kubernetes.io/name":"smith"' },
  { path: "fullnameOverride", set: "smith", says: '"name":"smith-controller"' },
  {
    path: "mode",
    set: "distributed",
    says: '"replicas":2',
  },
  {
    path: "image.repository",
    set: "r.example.com/f",
    says: `"image":"r.example.com/f:${version}"`,
  },
  { path: "image.tag", set: "9.9", says: '"image":"registry.example.com/forge:9.9"' },
  {
    path: "image.digest",
    set: `sha256:${"a".repeat(64)}`,
    says: `forge@sha256:${"a".repeat(64)}"`,
  },
  { path: "image.pullPolicy", set: "Always", says: '"imagePullPolicy":"Always"' },
  {
    path: "image.pullSecrets",
    set: [{ name: "pull" }],
    says: '"imagePullSecrets":[{"name":"pull"}]',
  },
  { path: "registry.prefix", set: "r.example.com/x", says: '"--registry=r.example.com/x"' },
  { path: "registry.credentialsSecret", set: "login", says: '"secretName":"login"' },
  {
    path: "registry.tlsSecret",
    set: "tls",
    says: '"--registry-ca=/etc/forge/registry-tls/ca.crt"',
  },
  {
    path: "registry.clientCertificate",
    set: true,
    beside: { registry: { tlsSecret: "tls" } },
    says: '"--registry-client-key=/etc/forge/registry-tls/tls.key"',
  },
  { path: "registry.insecureHosts", set: ["r:5000"], says: '"--insecure-registry=r:5000"' },
  {
    path: "registry.proxySecret",
    set: "proxy",
    says: '"secretKeyRef":{"name":"proxy","key":"HTTPS_PROXY"}',
  },
  { path: "registry.noProxy", set: "a,b", says: '"--no-proxy=a,b"' },
  { path: "controller.replicas", set: 3, says: '"replicas":3' },
  {
    path: "controller.namespace",
    set: "team",
    says: '"--namespace=team"',
    lacks: '"kind":"ClusterRoleBinding"',
  },
  {
    path: "controller.secrets.namespaces",
    set: ["team"],
    says: '"name":"forge-system-forge-secrets","namespace":"team"',
  },
  {
    path: "controller.secrets.clusterWide",
    set: true,
    says: '"kind":"ClusterRoleBinding","metadata":{"name":"forge-system-forge-secrets"',
  },
  { path: "controller.shards", set: ["two"], says: '"--shard=two"' },
  { path: "controller.insecureGitHosts", set: ["g:80"], says: '"--insecure-git-host=g:80"' },
  {
    path: "registry.allowedPrefixes",
    set: ["r.io/teams/{namespace}"],
    says: '"--allowed-prefix=r.io/teams/{namespace}"',
  },
  {
    path: "network.allowedRanges",
    set: ["10.1.0.0/16", "!10.1.0.1"],
    says: '"--allowed-range=10.1.0.0/16","--allowed-range=!10.1.0.1"',
    lacks: '"--allowed-range=10.0.0.0/8"',
  },
  { path: "controller.logLevel", set: "debug", says: '"--log-level=debug"' },
  { path: "controller.leaderElection.leaseDuration", set: "1m", says: '"--lease-duration=1m"' },
  { path: "controller.leaderElection.renewDeadline", set: "9s", says: '"--renew-deadline=9s"' },
  { path: "controller.leaderElection.retryPeriod", set: "1s", says: '"--retry-period=1s"' },
  { path: "controller.resources", set: { limits: { memory: "3Gi" } }, says: '"memory":"3Gi"' },
  {
    path: "controller.podDisruptionBudget.enabled",
    set: false,
    beside: { mode: "distributed" },
    lacks: '"kind":"PodDisruptionBudget"',
  },
  { path: "controller.topologySpreadConstraints", set: false, lacks: "topologySpreadConstraints" },
  { path: "controller.priorityClassName", set: "high", says: '"priorityClassName":"high"' },
  {
    path: "controller.nodeSelector",
    set: { disk: "fast" },
    says: '"nodeSelector":{"disk":"fast"}',
  },
  { path: "controller.tolerations", set: [{ key: "k" }], says: '"tolerations":[{"key":"k"}]' },
  {
    path: "controller.affinity",
    set: { nodeAffinity: {} },
    says: '"affinity":{"nodeAffinity":{}}',
  },
  { path: "controller.podAnnotations", set: { note: "1" }, says: '"note":"1"' },
  { path: "controller.podLabels", set: { team: "a" }, says: '"team":"a"' },
  { path: "controller.extraArgs", set: ["--cue-module=/x"], says: '"--cue-module=/x"' },
  {
    path: "controller.extraEnv",
    set: [{ name: "A", value: "b" }],
    says: '{"name":"A","value":"b"}',
  },
  {
    path: "controller.extraVolumes",
    set: [{ name: "v", emptyDir: {} }],
    says: '{"emptyDir":{},"name":"v"}]',
  },
  {
    path: "controller.extraVolumeMounts",
    set: [{ name: "v", mountPath: "/v" }],
    says: '"mountPath":"/v"',
  },
  {
    path: "controller.terminationGracePeriodSeconds",
    set: 90,
    says: '"terminationGracePeriodSeconds":90',
  },
  { path: "server.enabled", set: false, lacks: '"kind":"Deployment"' },
  {
    path: "server.replicas",
    set: 3,
    beside: { server: { ledger: { enabled: false } } },
    says: '"replicas":3',
  },
  { path: "server.logLevel", set: "debug", says: '"--log-level=debug"' },
  { path: "server.tls.secret", set: "tls", says: '"secretName":"tls"' },
  { path: "server.tls.certManager.issuer", set: "ca", says: '"kind":"Certificate"' },
  {
    path: "server.tls.certManager.kind",
    set: "ClusterIssuer",
    beside: { server: { tls: { certManager: { issuer: "ca" } } } },
    says: '"kind":"ClusterIssuer"',
  },
  {
    path: "server.tls.certManager.dnsNames",
    set: ["forge.example.com"],
    beside: { server: { tls: { certManager: { issuer: "ca" } } } },
    says: '"forge.example.com"',
  },
  {
    path: "server.ledger.enabled",
    set: false,
    says: '"volumes":[{"name":"tmp","emptyDir":{"sizeLimit":"256Mi"}}]',
    lacks: '"kind":"PersistentVolumeClaim"',
  },
  {
    path: "server.ledger.urlSecret",
    set: "database",
    says: '"--ledger-url-file=/etc/forge/ledger/url"',
    lacks: '"kind":"PersistentVolumeClaim"',
  },
  {
    path: "server.ledger.port",
    set: 6432,
    beside: { server: { ledger: { urlSecret: "database" } } },
    says: '{"port":6432,"protocol":"TCP"}',
  },
  { path: "server.ledger.retention", set: "365d", says: '"--ledger-retention=365d"' },
  {
    path: "server.oidc.issuer",
    set: oidc.issuer,
    beside: { server: { oidc: { audience: "forge" } } },
    says: '"impersonate"',
  },
  { path: "server.oidc.audience", set: "us", beside: withOidc, says: '"--oidc-audience=us"' },
  {
    path: "server.oidc.usernameClaim",
    set: "email",
    beside: withOidc,
    says: '"--oidc-username-claim=email"',
  },
  {
    path: "server.oidc.groupsClaim",
    set: "groups",
    beside: withOidc,
    says: '"--oidc-groups-claim=groups"',
  },
  { path: "server.oidc.prefix", set: "idp:", beside: withOidc, says: '"--oidc-prefix=idp:"' },
  {
    path: "server.oidc.groups",
    set: ["oidc:sre"],
    beside: withOidc,
    says: '"resources":["groups"],"resourceNames":["oidc:sre"]',
  },
  { path: "server.oidc.caSecret", set: "idp", beside: withOidc, says: '"secretName":"idp"' },
  { path: "server.oidc.port", set: 8443, beside: withOidc, says: '{"port":8443,"protocol":"TCP"}' },
  {
    path: "server.trustedProxies",
    set: ["10.0.0.0/8"],
    says: '"--trusted-proxy=10.0.0.0/8"',
  },
  { path: "server.ledger.storage.size", set: "9Gi", says: '"storage":"9Gi"' },
  { path: "server.ledger.storage.className", set: "fast", says: '"storageClassName":"fast"' },
  { path: "server.service.type", set: "LoadBalancer", says: '"type":"LoadBalancer"' },
  { path: "server.service.annotations", set: { internal: "yes" }, says: '"internal":"yes"' },
  { path: "server.resources", set: { limits: { memory: "3Gi" } }, says: '"memory":"3Gi"' },
  {
    path: "server.podDisruptionBudget.enabled",
    set: false,
    beside: { server: { replicas: 2, ledger: { enabled: false } } },
    lacks: '"kind":"PodDisruptionBudget"',
  },
  { path: "server.topologySpreadConstraints", set: false, lacks: "topologySpreadConstraints" },
  { path: "server.priorityClassName", set: "high", says: '"priorityClassName":"high"' },
  { path: "server.nodeSelector", set: { disk: "fast" }, says: '"nodeSelector":{"disk":"fast"}' },
  { path: "server.tolerations", set: [{ key: "k" }], says: '"tolerations":[{"key":"k"}]' },
  { path: "server.affinity", set: { nodeAffinity: {} }, says: '"affinity":{"nodeAffinity":{}}' },
  { path: "server.podAnnotations", set: { note: "1" }, says: '"note":"1"' },
  { path: "server.podLabels", set: { team: "a" }, says: '"team":"a"' },
  { path: "server.extraArgs", set: ["--rate=7"], says: '"--rate=7"' },
  {
    path: "server.terminationGracePeriodSeconds",
    set: 90,
    says: '"terminationGracePeriodSeconds":90',
  },
  { path: "tracing.endpoint", set: "http://c:4318", says: '"--otlp-endpoint=http://c:4318"' },
  {
    path: "tracing.port",
    set: 9318,
    beside: { tracing: { endpoint: "http://c:9318" } },
    says: '{"port":9318,"protocol":"TCP"}',
  },
  {
    path: "tracing.headersSecret",
    set: "otlp",
    says: '"secretKeyRef":{"name":"otlp","key":"OTEL_EXPORTER_OTLP_HEADERS"}',
  },
  { path: "argocd.namespaces", set: ["argocd"], says: '"--argocd-namespace=argocd"' },
  { path: "flux.namespaces", set: ["flux-system"], says: '"--flux-namespace=flux-system"' },
  { path: "crds.install", set: false, lacks: '"kind":"CustomResourceDefinition"' },
  { path: "crds.keep", set: false, lacks: "helm.sh/resource-policy" },
  { path: "admission.install", set: false, lacks: "AdmissionPolicy" },
  { path: "admission.stamping", set: "never", lacks: "MutatingAdmissionPolicy" },
  { path: "admission.required", set: true, says: '"--refuse-without-policies"' },
  { path: "rbac.install", set: false, lacks: "forge-system-forge-objects" },
  { path: "rbac.roles", set: false, lacks: '"name":"forge-view"' },
  { path: "serviceAccount.create", set: false, says: '"serviceAccountName":"default"' },
  { path: "serviceAccount.name", set: "own", says: '"serviceAccountName":"own"' },
  { path: "serviceAccount.annotations", set: { role: "x" }, says: '"annotations":{"role":"x"}' },
  { path: "metrics.serviceMonitor.enabled", set: true, says: '"kind":"ServiceMonitor"' },
  {
    path: "metrics.serviceMonitor.interval",
    set: "7s",
    beside: { metrics: { serviceMonitor: { enabled: true } } },
    says: '"interval":"7s"',
  },
  {
    path: "metrics.serviceMonitor.labels",
    set: { release: "prometheus" },
    beside: { metrics: { serviceMonitor: { enabled: true } } },
    says: '"release":"prometheus"',
  },
  { path: "metrics.podMonitor.enabled", set: true, says: '"kind":"PodMonitor"' },
  {
    path: "metrics.podMonitor.interval",
    set: "7s",
    beside: { metrics: { podMonitor: { enabled: true } } },
    says: '"interval":"7s"',
  },
  {
    path: "metrics.podMonitor.labels",
    set: { release: "prometheus" },
    beside: { metrics: { podMonitor: { enabled: true } } },
    says: '"release":"prometheus"',
  },
  { path: "metrics.prometheusRule.enabled", set: true, says: '"kind":"PrometheusRule"' },
  {
    path: "metrics.prometheusRule.labels",
    set: { release: "prometheus" },
    beside: { metrics: { prometheusRule: { enabled: true } } },
    says: '"release":"prometheus"',
  },
  { path: "metrics.dashboard.enabled", set: true, says: '"name":"forge-dashboard"' },
  {
    path: "metrics.dashboard.labels",
    set: { folder: "forge" },
    beside: { metrics: { dashboard: { enabled: true } } },
    says: '"folder":"forge"',
  },
  { path: "networkPolicy.enabled", set: false, lacks: '"kind":"NetworkPolicy"' },
  {
    path: "networkPolicy.metricsFrom",
    set: [{ podSelector: {} }],
    says: '"from":[{"podSelector":{}}]',
  },
  {
    path: "networkPolicy.apiFrom",
    set: [{ podSelector: {} }],
    beside: { server: { enabled: true } },
    says: '"from":[{"podSelector":{}}]',
  },
  {
    path: "networkPolicy.apiServerPorts",
    set: [8443],
    beside: { server: { enabled: true } },
    says: '{"port":8443,"protocol":"TCP"}',
  },
  { path: "networkPolicy.egressPorts", set: [8443], says: '{"port":8443,"protocol":"TCP"}' },
  { path: "networkPolicy.extraEgress", set: [{ to: [] }], says: '{"to":[]}' },
  { path: "tests.enabled", set: false, lacks: "helm.sh/hook" },
];

describe("each value of the chart", () => {
  test("has a row here, and none of them is of a value that is not there", () => {
    // `global` is Helm's own, for a chart that has this one as a part.
    const leaves = leavesOf(schema).filter((path) => path !== "global");
    expect(values.map(({ path }) => path).toSorted()).toEqual(leaves.toSorted());
  });

  test.each(leavesOf(schema))("%s has a default that the schema knows", (path) => {
    const isOptional = ["global", "controller.replicas", "server.replicas"].includes(path);
    expect(at(defaults, path) === undefined).toBe(isOptional);
  });

  test.each(values)("$path does what it says", async ({ path, set, says, lacks, beside }) => {
    const without = await textOf(path, beside ?? {});
    const text = await textOf(path, merged(beside ?? {}, nested(path, set)));
    const told = (objects: string) => ({
      says: says !== undefined && objects.includes(says),
      lacks: lacks !== undefined && !objects.includes(lacks),
    });
    expect(told(without)).toEqual({ says: false, lacks: false });
    expect(told(text)).toEqual({ says: says !== undefined, lacks: lacks !== undefined });
  });

  test.each([
    {
      values: { image: { repository: "" } },
      says: "image.repository is required",
      because: "no image of forge is published",
    },
    {
      values: { registry: { prefix: "" } },
      says: "registry.prefix is required",
      because: "nothing can stand in for it",
    },
    { values: { contoller: {} }, says: "contoller", because: "there is none such" },
    { values: { mode: "triple" }, says: "mode", because: "there are two" },
    {
      values: { mode: "distributed" },
      says: "server.ledger.urlSecret is required",
      because: "two cannot share a file",
    },
    {
      values: { server: { oidc: { issuer: "https://idp.example.com" } } },
      says: "server.oidc.audience is required",
      because: "tokens for others would be taken",
    },
    {
      values: { server: { ledger: { retention: "1y" } } },
      says: "retention",
      because: "it is not in days",
    },
    { values: { controller: { replicas: "two" } }, says: "replicas", because: "it is no number" },
    { values: { image: { digest: "sha256:abc" } }, says: "digest", because: "it is too short" },
  ])("$values is refused, because $because", async ({ values: wrong, says }) => {
    const { code, stderr } = await tryToRender(wrong);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  });
});

/** Whole installations, as people make them. */
const matrix: readonly { name: string; values: Values; version?: "1.30" }[] = [
  { name: "as it comes", values: {} },
  { name: "on the oldest Kubernetes", values: {}, version: "1.30" },
  {
    name: "distributed",
    values: {
      mode: "distributed",
      controller: { secrets: { namespaces: ["default"] } },
      server: { ledger: { urlSecret: "ledger" } },
    },
  },
  {
    name: "for one namespace",
    values: {
      controller: { namespace: "default" },
      rbac: { roles: false },
      crds: { install: false },
      admission: { install: false },
    },
  },
  {
    name: "with all that can be switched on",
    values: {
      mode: "distributed",
      registry: {
        credentialsSecret: "login",
        tlsSecret: "tls",
        clientCertificate: true,
        proxySecret: "proxy",
        noProxy: "a",
      },
      controller: {
        shards: ["two", "three"],
        secrets: { clusterWide: true },
        priorityClassName: "system-cluster-critical",
        tolerations: [{ operator: "Exists" }],
        extraVolumes: [{ name: "own", emptyDir: {} }],
        extraVolumeMounts: [{ name: "own", mountPath: "/own" }],
      },
      server: { ledger: { urlSecret: "ledger" }, tls: { certManager: { issuer: "ca" } } },
      argocd: { namespaces: ["default"] },
      flux: { namespaces: ["default"] },
      metrics: {
        serviceMonitor: { enabled: true },
        prometheusRule: { enabled: true },
        dashboard: { enabled: true },
      },
      networkPolicy: {
        metricsFrom: [{ namespaceSelector: {} }],
        extraEgress: [{ to: [{ podSelector: {} }] }],
      },
    },
  },
  {
    name: "with a certificate of one's own, and no ledger",
    values: { server: { tls: { secret: "tls" }, ledger: { enabled: false }, replicas: 2 } },
  },
  {
    name: "with all that can be switched off",
    values: {
      server: { enabled: false },
      crds: { install: false },
      admission: { install: false },
      rbac: { install: false, roles: false },
      serviceAccount: { create: false },
      networkPolicy: { enabled: false },
      controller: {
        topologySpreadConstraints: false,
        podDisruptionBudget: { enabled: false },
        replicas: 0,
      },
      tests: { enabled: false },
    },
  },
];

describe.each(matrix)("installed $name", ({ values: given, version }) => {
  const options = { namespace: "default", ...(version !== undefined && { version }) };

  test("helm lint has nothing to say", async () => {
    expect(await lint(given)).toContain("0 chart(s) failed");
  });

  test("the API server takes every object", async () => {
    const kubectl = new Kubectl(inject("ground").kubeconfig);
    const objects = await render(given, options);
    // Kinds of the Prometheus operator and of cert-manager, which are not there.
    const absent = /^(monitoring\.coreos\.com|cert-manager\.io)\//;
    const known = objects.filter(({ apiVersion }) => !absent.test(apiVersion));
    const list = { apiVersion: "v1", kind: "List", items: known };
    const said = await kubectl.output(
      ["apply", "--dry-run=server", "-f", "-"],
      JSON.stringify(list),
    );
    expect(said.trim().split("\n")).toHaveLength(known.length);
  });

  test("its pods fit the restricted profile of Pod Security", async () => {
    const kubectl = new Kubectl(inject("ground").kubeconfig);
    await kubectl.run(["create", "namespace", "restricted"]);
    await kubectl.output([
      "label",
      "--overwrite",
      "namespace",
      "restricted",
      "pod-security.kubernetes.io/enforce=restricted",
    ]);
    const templates = (await render(given, { ...options, namespace: "restricted" })).flatMap(
      (object) => {
        if (object.kind === "Pod") return [object];
        const spec = object["spec"] as { template?: object } | undefined;
        if (object.kind !== "Deployment") return [];
        return [{ apiVersion: "v1", kind: "Pod", ...spec?.template }] as unknown as Rendered[];
      },
    );
    expect(templates.length).toBeGreaterThan(0);
    for (const [index, pod] of templates.entries()) {
      const named = {
        ...pod,
        metadata: { ...pod.metadata, name: `pod-${index}`, namespace: "restricted" },
      };
      await kubectl.output(["create", "--dry-run=server", "-f", "-"], JSON.stringify(named));
    }
  });
});

test("each container says how much memory and disk it takes", async () => {
  const objects = await render({ mode: "distributed", server: { ledger: { urlSecret: "x" } } });
  interface PodSpec {
    readonly containers: readonly { readonly name: string; readonly resources: Resources }[];
    readonly initContainers?: PodSpec["containers"];
  }
  interface Resources {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  }
  const pods = objects.flatMap(({ kind, spec }) => {
    if (kind === "Pod") return [spec as PodSpec];
    return kind === "Deployment" ? [(spec as { template: { spec: PodSpec } }).template.spec] : [];
  });
  const containers = pods.flatMap(({ containers: own, initContainers = [] }) => [
    ...own,
    ...initContainers,
  ]);
  expect(containers.map(({ name }) => name).toSorted()).toEqual([
    ...["controller", "deploy-dry-run", "release", "server"],
  ]);
  for (const { resources } of containers) {
    expect(Object.keys(resources.requests).toSorted()).toEqual([
      "cpu",
      "ephemeral-storage",
      "memory",
    ]);
    expect(Object.keys(resources.limits).toSorted()).toEqual(["ephemeral-storage", "memory"]);
  }
});

test("both ways of scraping find controller and server, and nothing that has no metrics", async () => {
  const enabled = { enabled: true };
  const objects = await render({ metrics: { serviceMonitor: enabled, podMonitor: enabled } });
  interface Selecting {
    readonly selector: { readonly matchLabels: Record<string, string> };
  }
  const selected = (monitor: string, labelsOf: (object: Rendered) => unknown) => {
    const { selector } = only(objects, monitor)["spec"] as Selecting;
    return objects
      .filter((object) => {
        const labels = (labelsOf(object) ?? {}) as Record<string, string>;
        return Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value);
      })
      .filter((object) => /"name":"metrics"/.test(JSON.stringify(object["spec"])))
      .map(({ metadata }) => metadata.name);
  };
  const services = (object: Rendered) => object.kind === "Service" && object.metadata.labels;
  expect(selected("ServiceMonitor", services).toSorted()).toEqual([
    "forge-controller-metrics",
    "forge-server-metrics",
  ]);
  const pods = (object: Rendered) =>
    (object["spec"] as { template?: Rendered } | undefined)?.template?.metadata.labels;
  expect(selected("PodMonitor", pods).toSorted()).toEqual(["forge-controller", "forge-server"]);
});

describe("what the chart has from elsewhere", () => {
  const fromCrds = readdirSync(join(root, "crds")).flatMap((file) =>
    objectsIn(readFileSync(join(root, "crds", file), "utf8")),
  );

  test("kinds, policies and roles are those of crds/, unchanged but for labels", async () => {
    const objects = await render({ crds: { keep: false } });
    for (const source of fromCrds) {
      const { labels: _, ...metadata } = only(objects, source.kind, source.metadata.name).metadata;
      const { labels: own = {}, ...rest } = source.metadata;
      const found = only(objects, source.kind, source.metadata.name);
      expect({ ...found, metadata }).toEqual({ ...source, metadata: rest });
      expect(found.metadata.labels).toMatchObject(own);
    }
  });

  test("rights are those of ClusterRoles forge-controller and forge-server, in parts", async () => {
    const objects = await render({});
    const rules = (name: string) => only(objects, "ClusterRole", name)["rules"] as object[];
    const parts = ["objects", "secrets"].flatMap((part) => rules(`forge-system-forge-${part}`));
    expect(parts).toHaveLength(rules("forge-controller").length);
    expect(parts).toEqual(expect.arrayContaining(rules("forge-controller")));
    expect(JSON.stringify(rules("forge-system-forge-objects"))).not.toContain("secrets");
    const server = ["objects", "tokens"].flatMap((part) =>
      rules(`forge-system-forge-server-${part}`),
    );
    expect(server).toEqual(rules("forge-server"));
  });
});
