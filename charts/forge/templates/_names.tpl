{{- define "forge.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "forge.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains (include "forge.name" .) .Release.Name }}
{{- .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "forge.name" .) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* Objects of the cluster are told apart by the namespace of their release. */}}
{{- define "forge.clusterName" -}}
{{ .Release.Namespace }}-{{ include "forge.fullname" . }}
{{- end }}

{{- define "forge.selectorLabels" -}}
app.kubernetes.io/name: {{ include "forge.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "forge.labels" -}}
{{ include "forge.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: forge
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "forge.controller.selectorLabels" -}}
{{ include "forge.selectorLabels" . }}
app.kubernetes.io/component: controller
{{- end }}

{{- define "forge.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (printf "%s-controller" (include "forge.fullname" .)) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "forge.image" -}}
{{- with .Values.image }}
{{- $_ := required "image.repository is required: where the image of forge was pushed, such as registry.example.com/forge" .repository }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{ end }}
{{- end }}
{{- end }}

{{- define "forge.controller.replicas" -}}
{{- if kindIs "invalid" .Values.controller.replicas }}
{{- ternary 2 1 (eq .Values.mode "distributed") }}
{{- else }}
{{- .Values.controller.replicas }}
{{- end }}
{{- end }}

{{- /* The restricted profile of Pod Security. */}}
{{- define "forge.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "forge.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "forge.server.selectorLabels" -}}
{{ include "forge.selectorLabels" . }}
app.kubernetes.io/component: server
{{- end }}

{{- define "forge.test.selectorLabels" -}}
{{ include "forge.selectorLabels" . }}
app.kubernetes.io/component: test
{{- end }}

{{- define "forge.server.replicas" -}}
{{- if kindIs "invalid" .Values.server.replicas }}
{{- ternary 2 1 (eq .Values.mode "distributed") }}
{{- else }}
{{- .Values.server.replicas }}
{{- end }}
{{- end }}

{{- /* Secret with the server's certificate; empty: plain http. */}}
{{- define "forge.server.tlsSecret" -}}
{{- if .Values.server.tls.secret }}
{{- .Values.server.tls.secret }}
{{- else if .Values.server.tls.certManager.issuer }}
{{- include "forge.fullname" . }}-server-tls
{{- end }}
{{- end }}

{{- define "forge.tracingEnv" -}}
{{- with .Values.tracing.headersSecret -}}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom: {secretKeyRef: {name: {{ . }}, key: OTEL_EXPORTER_OTLP_HEADERS}}
{{- end }}
{{- end }}
