/** What charts/forge takes, strictly: values.schema.json is generated from this. */
import { z } from "zod";

const name = z
  .string()
  .max(253)
  .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/);
const hosts = z.array(z.string().min(1).max(255)).max(100);
/** Kubernetes checks what it is. */
const kubernetes = z.record(z.string(), z.unknown());
const kubernetesList = z.array(kubernetes).max(100);
const text = z.string().max(2_048);
const duration = z.string().regex(/^[0-9]+(\.[0-9]+)?(ms|s|m)$/);

const image = z.strictObject({
  repository: text.describe("Where the image was pushed, without its tag. Required."),
  tag: text.describe("The chart's appVersion unless given."),
  digest: z
    .string()
    .regex(/^(sha256:[0-9a-f]{64})?$/)
    .describe("Goes before the tag."),
  pullPolicy: z.enum(["IfNotPresent", "Always", "Never"]),
  pullSecrets: z.array(z.strictObject({ name })).max(10),
});

const registry = z.strictObject({
  prefix: text.describe("Registry and prefix of release images. Required."),
  allowedPrefixes: z
    .array(z.string().regex(/^[a-zA-Z0-9.:[\]{}_/-]{1,255}$/))
    .max(100)
    .describe("Registries and prefixes of namespaces; {namespace} stands for each its own."),
  credentialsSecret: name.describe("Secret of type kubernetes.io/dockerconfigjson."),
  tlsSecret: name.describe("Secret with ca.crt, and tls.crt and tls.key for a client certificate."),
  clientCertificate: z.boolean().describe("Whether that Secret has tls.crt and tls.key."),
  insecureHosts: hosts.describe("Hosts, with port, that plain http may reach."),
  proxySecret: name.describe("Secret whose key HTTPS_PROXY is the proxy to registries."),
  noProxy: text,
});

const replicas = z.int().min(0).max(20).optional().describe("By the mode unless given: 1, or 2.");

/** What every role's pods take. */
const pod = {
  resources: kubernetes,
  podDisruptionBudget: z.strictObject({ enabled: z.boolean() }),
  topologySpreadConstraints: z.boolean().describe("Spreads replicas over nodes where it can."),
  priorityClassName: name,
  nodeSelector: z.record(z.string(), z.string()),
  tolerations: kubernetesList,
  affinity: kubernetes,
  podAnnotations: z.record(z.string(), z.string()),
  podLabels: z.record(z.string(), z.string()),
  terminationGracePeriodSeconds: z.int().min(30).max(600),
};

const server = z.strictObject({
  enabled: z.boolean(),
  replicas,
  logLevel: z.enum(["debug", "info", "warn", "error"]),
  tls: z.strictObject({
    secret: name.describe("Secret of type kubernetes.io/tls; plain http without one."),
    certManager: z.strictObject({
      issuer: name.describe("cert-manager's issuer of such a Secret."),
      kind: z.enum(["Issuer", "ClusterIssuer"]),
      dnsNames: hosts.describe("Besides that of the Service."),
    }),
  }),
  oidc: z.strictObject({
    issuer: text
      .regex(/^(https:\/\/\S+)?$/)
      .describe("OpenID Connect issuer of people whom the API server does not know."),
    audience: text.describe("What its tokens are for: their claim aud."),
    usernameClaim: text.describe("Who somebody is."),
    groupsClaim: text.describe("What groups somebody is in; none when empty."),
    prefix: text.min(1).describe("Before each name and group."),
    groups: z
      .array(z.string().min(1).max(255))
      .max(100)
      .describe("Groups, with their prefix, that the server may put somebody into."),
    caSecret: name.describe("Secret with ca.crt of the issuer's authority."),
    port: z.int().min(1).max(65_535).describe("Of the issuer, for the network policy."),
  }),
  trustedProxies: z
    .array(z.string().regex(/^[0-9a-fA-F.:]+(\/[0-9]{1,3})?$/))
    .max(100)
    .describe("Networks of proxies whose X-Forwarded-For or Forwarded is believed."),
  ledger: z.strictObject({
    enabled: z.boolean(),
    urlSecret: name.describe("Secret whose key url is the URL of a PostgreSQL database."),
    port: z.int().min(1).max(65_535).describe("Of that database, for the network policy."),
    retention: z
      .string()
      .regex(/^([1-9][0-9]{0,4}d)?$/)
      .describe("Days after which entries are removed, such as 365d; none are when empty."),
    storage: z.strictObject({ size: z.string().regex(/^[0-9]+(Mi|Gi|Ti)$/), className: name }),
  }),
  service: z.strictObject({
    type: z.enum(["ClusterIP", "LoadBalancer", "NodePort"]),
    annotations: z.record(z.string(), z.string()),
  }),
  ...pod,
  extraArgs: z.array(text).max(100),
});

const controller = z.strictObject({
  replicas,
  namespace: name.describe("The one namespace it looks at; all when empty."),
  secrets: z.strictObject({
    namespaces: z.array(name).max(1_000).describe("Namespaces where it may read Secrets."),
    clusterWide: z.boolean().describe("Lets it read the Secrets of all namespaces."),
  }),
  shards: z.array(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/)).max(20),
  insecureGitHosts: hosts,
  logLevel: z.enum(["debug", "info", "warn", "error"]),
  leaderElection: z.strictObject({
    leaseDuration: duration,
    renewDeadline: duration,
    retryPeriod: duration,
  }),
  ...pod,
  extraArgs: z.array(text).max(100),
  extraEnv: kubernetesList,
  extraVolumes: kubernetesList,
  extraVolumeMounts: kubernetesList,
});

export const chartValues = z
  .strictObject({
    global: kubernetes.optional().describe("Helm's own, for charts that have this one as a part."),
    nameOverride: name.max(40),
    fullnameOverride: name.max(40),
    mode: z
      .enum(["standalone", "distributed"])
      .describe("One pod, or several that stand in for each other."),
    image,
    registry,
    controller,
    server,
    network: z.strictObject({
      allowedRanges: z
        .array(z.string().regex(/^!?[0-9a-fA-F.:]{2,45}(\/[0-9]{1,3})?$/))
        .max(100)
        .describe("Ranges beside public addresses that objects may name hosts in; ! excludes."),
    }),
    tracing: z.strictObject({
      endpoint: z
        .string()
        .max(1_024)
        .regex(/^(https?:\/\/[!-?A-~]+)?$/)
        .describe(
          "Receiver of OTLP over HTTP, without credentials; nothing is traced without one.",
        ),
      port: z.int().min(1).max(65_535).describe("Its port, for the network policy."),
      headersSecret: name.describe("Secret whose key OTEL_EXPORTER_OTLP_HEADERS it asks for."),
    }),
    argocd: z.strictObject({
      namespaces: z.array(name).max(50).describe("Where Argo CD keeps Applications."),
    }),
    flux: z.strictObject({
      namespaces: z.array(name).max(50).describe("Of Flux's sources and Kustomizations."),
    }),
    crds: z.strictObject({
      install: z.boolean(),
      keep: z.boolean().describe("Leaves kinds and objects there when the chart is uninstalled."),
    }),
    admission: z.strictObject({
      install: z.boolean(),
      stamping: z
        .enum(["auto", "always", "never"])
        .describe("MutatingAdmissionPolicies; auto: where the server has them."),
      required: z
        .boolean()
        .describe("Whether the controller commits nothing unless the policies are in force."),
    }),
    rbac: z.strictObject({
      install: z.boolean().describe("Makes and binds the controller's roles."),
      roles: z.boolean().describe("Installs forge's ClusterRoles, once a cluster."),
    }),
    serviceAccount: z.strictObject({
      create: z.boolean(),
      name,
      annotations: z.record(z.string(), z.string()),
    }),
    metrics: z.strictObject({
      serviceMonitor: z.strictObject({
        enabled: z.boolean(),
        interval: duration,
        labels: z.record(z.string(), z.string()),
      }),
      podMonitor: z.strictObject({
        enabled: z.boolean(),
        interval: duration,
        labels: z.record(z.string(), z.string()),
      }),
      prometheusRule: z.strictObject({
        enabled: z.boolean(),
        labels: z.record(z.string(), z.string()),
      }),
      dashboard: z.strictObject({
        enabled: z.boolean(),
        labels: z.record(z.string(), z.string()),
      }),
    }),
    networkPolicy: z.strictObject({
      enabled: z.boolean(),
      metricsFrom: kubernetesList.describe(
        "Who may read metrics; anybody in the cluster when empty.",
      ),
      apiFrom: kubernetesList.describe("Who may use the server; anybody when empty."),
      apiServerPorts: z.array(z.int().min(1).max(65_535)).max(20),
      egressPorts: z.array(z.int().min(1).max(65_535)).max(50),
      extraEgress: kubernetesList,
    }),
    tests: z.strictObject({ enabled: z.boolean() }),
  })
  .describe("Values of the chart forge");

/** JSON Schema draft 7, which Helm reads. */
export function chartSchema(): object {
  return z.toJSONSchema(chartValues, { target: "draft-7", io: "input" });
}
