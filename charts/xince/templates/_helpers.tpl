{{- define "xince.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 30 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "xince.serviceAccountName" -}}
{{- default (include "xince.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* Labels of everything; with a component, of everything of that service. (dict "root" $ "component" name) */}}
{{- define "xince.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
{{ include "xince.selector" . }}
{{- end -}}

{{- define "xince.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- with .component }}
app.kubernetes.io/component: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "xince.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* Enabled services as a map of name to its values over the defaults, as YAML. */}}
{{- define "xince.services" -}}
{{- $enabled := dict -}}
{{- range $name, $service := .Values.services -}}
{{- if $service.enabled -}}
{{- $_ := set $enabled $name (mergeOverwrite (deepCopy $.Values.defaults) $service) -}}
{{- end -}}
{{- end -}}
{{- if not $enabled -}}
{{- fail "no service is enabled: set services.<name>.enabled" -}}
{{- end -}}
{{- $targets := list -}}
{{- range $name, $service := $enabled -}}
{{- if has $service.target $targets -}}
{{- fail (printf "services.%s: another enabled service has the target %q, and a register has one of each" $name $service.target) -}}
{{- end -}}
{{- $targets = append $targets $service.target -}}
{{- range $service.calls -}}
{{- if not (hasKey $enabled .) -}}
{{- fail (printf "services.%s.calls names %q, which is not an enabled service" $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and (has "all" $targets) (gt (len $targets) 1) -}}
{{- fail "a service with the target \"all\" runs alone: disable the others, or it" -}}
{{- end -}}
{{- if and (gt (len $targets) 1) (not .Values.identityKey.existingSecret) -}}
{{- fail "identityKey.existingSecret is required when more than one service is enabled: they must share the key (see values.yaml)" -}}
{{- end -}}
{{- toYaml $enabled -}}
{{- end -}}

{{/* The configuration file of one service. (dict "root" $ "services" $services "service" $service) */}}
{{- define "xince.config" -}}
{{- $root := .root -}}
{{- $services := .services -}}
targets: {{ .service.target | quote }}
data_dir: "/var/lib/xince"
share_dir: "/usr/share/xince"
policies_dir: "/usr/share/xince/policies"
log_level: {{ $root.Values.logLevel | quote }}
register {
  name: {{ $root.Values.register.name | quote }}
  division: {{ $root.Values.register.division | quote }}
}
listen {
  grpc_address: "0.0.0.0:7300"
  metrics_address: "0.0.0.0:7301"
}
documents {
  {{- with $root.Values.documents }}
  verification_base: {{ .verificationBase | quote }}
  register_name: {{ .registerName | quote }}
  organ: {{ .organ | quote }}
  organ_mark: {{ .organMark | quote }}
  {{- range .offices }}
  offices { office: {{ .office | quote }} name: {{ .name | default "" | quote }} mark: {{ .mark | default "" | quote }} }
  {{- end }}
  {{- end }}
}
{{- with .service.calls }}
feeds {
  {{- range . }}
  {{ (get $services .).target }}: "{{ include "xince.fullname" $root }}-{{ . }}.{{ $root.Release.Namespace }}.svc:7300"
  {{- end }}
}
{{- end }}
journal {
  sqlite {}
  snapshot_entries: {{ .service.snapshotEntries | int64 }}
}
limits {
  drain_ms: {{ mul $root.Values.shutdown.drainSeconds 1000 }}
  grace_ms: {{ mul $root.Values.shutdown.graceSeconds 1000 }}
  {{- range $name, $value := .service.limits }}
  {{ $name }}: {{ $value | int64 }}
  {{- end }}
}
{{- end -}}

{{/* What probes run: one RPC to the listener that serves, from inside the pod. Ready means SERVING; alive means
     that it answers: a pod that replays its journal or cannot take writes must not be restarted for it. */}}
{{- define "xince.ready" -}}
exec:
  command: [xinced, healthcheck, "--grpc-address=127.0.0.1:7300"]
{{- end -}}

{{- define "xince.alive" -}}
exec:
  command: [xinced, healthcheck, --alive, "--grpc-address=127.0.0.1:7300"]
{{- end -}}

{{- define "xince.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "xince.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Egress rules to the gRPC port of components, and to the names' servers. (dict "root" $ "components" list) */}}
{{- define "xince.egress" -}}
- to:
    {{- range .components }}
    - podSelector:
        matchLabels:
          {{- include "xince.selector" (dict "root" $.root "component" .) | nindent 10 }}
    {{- end }}
  ports:
    - port: grpc
      protocol: TCP
{{- with .root.Values.networkPolicy.dns }}
- to:
    {{- toYaml . | nindent 4 }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}
{{- end -}}
