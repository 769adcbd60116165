#!/bin/bash
# Takes the pods off this machine when AWS is about to take it away: an instance refresh, fewer machines, another zone
# that is to have them, or a spot instance that somebody else pays more for. A service of the machine, not of the cluster:
# it works with what a node may do by itself, which is to evict its own pods.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
set -uo pipefail

source /etc/slipway/bootstrap.env # ROLE
[ "$ROLE" = join-worker ] || exit 0

readonly metadata=http://169.254.169.254/latest
readonly pause=5
# How long the cloud controller manager and a load balancer take until this machine is no target any more, in seconds.
readonly deregistration=60

say() { echo "slipway: $*" | tee /dev/console 2>/dev/null; }
ask() { curl --silent --fail --max-time 5 "$@"; }
get() {
  local token
  token=$(ask --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$metadata/api/token") || return 1
  # Not as an argument, which every process of the machine can read.
  ask --header @<(echo "X-aws-ec2-metadata-token: $token") "$metadata/$1"
}

kubectl() { command kubectl --kubeconfig /etc/kubernetes/kubelet.conf --request-timeout 10s "$@"; }

is_leaving() {
  [ "$(get meta-data/autoscaling/target-lifecycle-state)" = Terminated ] ||
    get meta-data/spot/instance-action >/dev/null
}

# name/namespace of the pods that somebody would make elsewhere: none of DaemonSets, none of the machine's own.
evictable_pods() {
  kubectl get pods --all-namespaces --field-selector "spec.nodeName=$node" --output json |
    python3 -c '
import json, sys
for pod in json.load(sys.stdin)["items"]:
    meta = pod["metadata"]
    owners = {owner["kind"] for owner in meta.get("ownerReferences", [])}
    done = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    if not done and not owners & {"DaemonSet", "Node"}:
        print(meta["namespace"], meta["name"])
'
}

evict() {
  local body='{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"namespace":"'$1'","name":"'$2'"}}'
  kubectl create --raw "/api/v1/namespaces/$1/pods/$2/eviction" --filename - <<<"$body" >/dev/null 2>&1
}

# Not for ever: the API can be gone before its workers.
cordon() {
  local attempt
  for ((attempt = 1; attempt <= 20; attempt++)); do
    kubectl cordon "$node" >/dev/null && return 0
    sleep "$pause"
  done
  return 1
}

leave() {
  local pods
  # It never was a node.
  [ -e /etc/kubernetes/kubelet.conf ] || return 0
  say "step leaving the cluster: its pods are moved elsewhere"
  cordon || { say "log the API does not answer: the pods stay"; return 0; }
  # Load balancers of Services send nothing new from now on; what is on its way still finds a pod, here or elsewhere.
  SECONDS=0
  kubectl label node "$node" --overwrite node.kubernetes.io/exclude-from-external-load-balancers=true >/dev/null
  while pods=$(evictable_pods) && [ -n "$pods" ]; do
    # A disruption budget refuses some for a while: they are asked for again.
    while read -r namespace name; do evict "$namespace" "$name"; done <<<"$pods"
    sleep "$pause"
  done
  sleep $((SECONDS < deregistration ? deregistration - SECONDS : 0))
  say "step left the cluster: no pod runs here"
}

node=$(hostname)
until is_leaving; do sleep "$pause"; done
leave
# Nobody waits for the hook's time to be over.
exec /usr/local/sbin/slipway-group-hook leave
