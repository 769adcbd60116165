{{/* Labels that only this release's pods have. They never change: a Deployment's selector cannot. */}}
{{- define "microservice.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
{{- end }}

{{- define "microservice.labels" -}}
{{ include "microservice.selector" . }}
app.kubernetes.io/part-of: {{ .Release.Namespace }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Labels of the pods: without the chart's version, of which a new one need not restart them. */}}
{{- define "microservice.podLabels" -}}
{{ include "microservice.selector" . }}
app.kubernetes.io/part-of: {{ .Release.Namespace }}
{{- end }}

{{- define "microservice.metadata" -}}
name: {{ .Release.Name }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "microservice.labels" . | nindent 2 }}
{{- end }}
