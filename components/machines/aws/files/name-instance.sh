#!/bin/bash
# Tells the kubelet which instance this is and its address, and a machine of a pool its own name, which is the instance's id.
# cloud-init runs it before the bootstrap.
set -euo pipefail
trap 'echo "slipway: failed asking the metadata service which instance this is" >/dev/console' ERR

source /etc/slipway/bootstrap.env # MACHINE, except in pools
readonly metadata=http://169.254.169.254/latest

ask() { curl --silent --fail --show-error --retry 20 --retry-connrefused --retry-delay 1 --max-time 5 "$@"; }

token=$(ask --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$metadata/api/token")
get() { ask --header "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/$1"; }

instance=$(get instance-id)
zone=$(get placement/availability-zone)
address=$(get local-ipv4)
# By its id the cloud controller manager knows it, whatever its name is. By its address the others do: until the cloud
# controller manager has seen the node it would have none, and kube-router fails on such a node.
echo "KUBELET_EXTRA_ARGS=--provider-id=aws:///$zone/$instance --node-ip=$address" >/etc/default/kubelet

if [ -z "${MACHINE:-}" ]; then
  # cloud-init would give it the name of its address again at the next boot.
  echo 'preserve_hostname: true' >/etc/cloud/cloud.cfg.d/99-slipway.cfg
  echo "$instance" >/etc/hostname
  hostname "$instance"
fi
