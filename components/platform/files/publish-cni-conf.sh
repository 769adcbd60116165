#!/bin/sh
# Shows the machine's container runtime the pod network as soon as kube-router has written this node's pod
# subnet into it. Before that no pod could get an address: the node would be Ready a second too early, and each
# pod that came in that second would wait for the kubelet's next attempt.
# Usage: publish-cni-conf.sh FILE FOLDER
set -eu

written=$1
published=$2/${1##*/}

tries=0
until grep -qs '"subnet"' "$written"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ]; then
        echo "kube-router wrote no pod subnet into $written in 60 s" >&2
        exit 1
    fi
    sleep 0.1
done

# The runtime reads every file that ends in .conflist: it must never see half of one.
cp "$written" "$published.tmp"
mv "$published.tmp" "$published"
