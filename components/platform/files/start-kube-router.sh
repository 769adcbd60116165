#!/bin/sh
# Starts kube-router over a copy of the network's configuration, into which it writes the node's addresses. An init container
# would hold back every node by its start.
# Usage: sh -c "$(cat start-kube-router.sh)" start-kube-router CONFIGURATION COPY FOLDER ARGUMENT…
set -eu

copy=$2 folder=$3
# What the runtime reads of the pod network is for root alone, and the copy that it is shown has this one's mode.
(umask 077 && cp "$1" "$copy")
shift 3

# GoBGP's administration on TCP 50051 does not ask who one is, and who reaches it routes the cluster's packets. kube-router opens
# it on the node's own address too, with no setting against it: it is for this machine itself. In the table that comes first,
# where no rule of kube-router's own is.
rule="PREROUTING -p tcp --dport 50051 ! -i lo -j DROP"
# shellcheck disable=SC2086
iptables -w -t raw -C $rule 2>/dev/null || iptables -w -t raw -I $rule

# The container's hook does the same, and holds the pod back until then. But a kubelet that is started anew calls no hook of a
# container that runs already, as on a control plane that has just joined: its node would never be ready.
publish() {
  until grep -qs '"subnet"' "$copy"; do sleep 0.1; done
  cp "$copy" "$folder/kube-router.new"
  mv "$folder/kube-router.new" "$folder/${copy##*/}"
}
publish &

exec kube-router "$@"
