{{- /*
What the pods of every role have in common: who they are, where they run, and how little they may.
Takes root, values of the role, account and selector.
*/}}
{{- define "forge.pod" -}}
serviceAccountName: {{ .account }}
automountServiceAccountToken: true
terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext: {{- include "forge.podSecurityContext" .root | nindent 2 }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if .values.topologySpreadConstraints }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- .selector | nindent 8 }}
{{- end }}
{{- end }}

{{- define "forge.probes" -}}
# The first lists of a large cluster take a while; /healthz answers meanwhile.
startupProbe:
  httpGet: {path: /healthz, port: metrics}
  periodSeconds: 2
  failureThreshold: 30
# Fails when the oldest key of a queue has waited for longer than any reconcile may take.
livenessProbe:
  httpGet: {path: /healthz, port: metrics}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 3
  # What hangs does not finish its work either.
  terminationGracePeriodSeconds: 5
# A standby is ready as well: it can take over.
readinessProbe:
  httpGet: {path: /readyz, port: metrics}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}
