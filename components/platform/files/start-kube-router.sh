#!/bin/sh
# Starts kube-router over a copy of the network's configuration, into which it writes the node's addresses. An init container
# would hold back every node by its start.
# Usage: sh -c "$(cat start-kube-router.sh)" start-kube-router CONFIGURATION COPY ARGUMENT…
set -eu

# What the runtime reads of the pod network is for root alone, and the copy that it is shown has this one's mode.
(umask 077 && cp "$1" "$2")
shift 2

# GoBGP's administration on TCP 50051 does not ask who one is, and who reaches it routes the cluster's packets. kube-router opens
# it on the node's own address too, with no setting against it: it is for this machine itself. In the table that comes first,
# where no rule of kube-router's own is.
rule="PREROUTING -p tcp --dport 50051 ! -i lo -j DROP"
# shellcheck disable=SC2086
iptables -w -t raw -C $rule 2>/dev/null || iptables -w -t raw -I $rule

exec kube-router "$@"
