#!/bin/sh
# The steps of charts/Jenkinsfile, each by its name: `deploy.sh lint package push deploy verify`. What they need to know:
#
#   RELEASE         name of the microservice
#   IMAGE           its image by digest, host/repository@sha256:…
#   NAMESPACE       where it is deployed
#   CHART_REGISTRY  host:port of the registry for charts, by HTTP
#   TALKS_TO        names of the microservices that it calls, with spaces between them. Default: none
#
# The chart's version is Chart.yaml's and the commit, so that every commit has its own and any can be gone back to.
set -eu
cd "$(dirname "$0")"

# These come with a build, from whoever may start one: none of them is to become an option, a pattern or another line of YAML.
refuse() {
  echo "deploy.sh: $1 is not what it has to be; write $2" >&2
  exit 2
}
only() {
  case "$2" in -* | *[!$3]*) refuse "$1" "$4" ;; esac
}
only RELEASE "${RELEASE:-}" a-z0-9- "a microservice's name: a-z, 0-9 and -"
only NAMESPACE "${NAMESPACE:-}" a-z0-9- "a namespace's name: a-z, 0-9 and -"
only IMAGE "${IMAGE:-}" A-Za-z0-9._:/@- "an image by digest, host/repository@sha256:…"
only CHART_REGISTRY "${CHART_REGISTRY:-}" A-Za-z0-9.:- "host:port"
only TALKS_TO "${TALKS_TO:-}" "a-z0-9 -" "names of microservices with spaces between them"

chart=microservice
version="$(sed -n 's/^version: *//p' "$chart/Chart.yaml")+$(git rev-parse --short=12 HEAD)"
made="${TMPDIR:-/tmp}/charts"

values() {
  printf 'image: "%s"\ntalksTo:\n' "$IMAGE"
  for name in ${TALKS_TO:-}; do printf '  - name: "%s"\n' "$name"; done
}

lint() {
  values | helm lint "$chart" --strict --values -
}

package() {
  helm package "$chart" --version "$version" --destination "$made"
}

push() {
  helm push "$made/$chart-$version.tgz" "oci://$CHART_REGISTRY/charts" --plain-http
}

# A release that does not become healthy is rolled back, and the step fails.
deploy() {
  values | helm upgrade --install "$RELEASE" "oci://$CHART_REGISTRY/charts/$chart" --version "$version" --plain-http \
    --namespace "$NAMESPACE" --values - --rollback-on-failure --timeout 3m
}

verify() {
  kubectl rollout status "deployment/$RELEASE" --namespace "$NAMESPACE" --timeout 60s
  helm status "$RELEASE" --namespace "$NAMESPACE"
}

for step in "$@"; do
  case "$step" in
    lint | package | push | deploy | verify) "$step" ;;
    *) echo "deploy.sh: there is no step \"$step\"; write lint, package, push, deploy or verify" >&2 && exit 2 ;;
  esac
done
