#!/bin/bash
# The same cluster by hand, as the yardstick: one control plane and two workers from the same image, until every node
# is Ready. Nothing is waited for that need not be, and both workers join at once.
#   by-hand.sh up|down NAME SUBNET IMAGE KUBERNETES_VERSION ETCD_VERSION COREDNS_VERSION   (SUBNET as in 10.87.250)
set -euo pipefail

action=$1 name=$2 subnet=$3 image=$4 kubernetes_version=$5 etcd_version=$6 coredns_version=$7
here=$(cd "$(dirname "$0")" && pwd)
machines=(control-plane worker-0 worker-1)

machine() { echo "$name-$1"; }

down() {
  for each in "${machines[@]}"; do docker rm --force --volumes "$(machine "$each")" >/dev/null 2>&1 || true; done
  docker network rm "$name" >/dev/null 2>&1 || true
}

start() { # machine, last part of its address
  docker run --detach --tty --name "$(machine "$1")" --hostname "$1" --network "$name" --ip "$subnet.$2" \
    --cgroupns private --tmpfs /run:exec --tmpfs /tmp:exec --volume /var \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
    --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE --device-cgroup-rule 'a *:* rwm' \
    "$image" >/dev/null
}

on() { # machine, command
  docker exec --interactive "$(machine "$1")" "${@:2}"
}

wait_for_containerd() { # machine
  until on "$1" ctr version >/dev/null 2>&1; do sleep 0.2; done
}

kubeadm_init() {
  on control-plane sh -c 'cat > /etc/kubeadm.yaml' <<YAML
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
bootstrapTokens: [{token: abcdef.0123456789abcdef}]
localAPIEndpoint: {advertiseAddress: $subnet.11}
nodeRegistration:
  criSocket: unix:///run/containerd/containerd.sock
  imagePullPolicy: Never
  ignorePreflightErrors: [SystemVerification]
  kubeletExtraArgs: [{name: runtime-cgroups, value: /system.slice/containerd.service}]
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v$kubernetes_version
networking: {podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16}
encryptionAlgorithm: ECDSA-P256
dns: {imageRepository: registry.k8s.io/coredns, imageTag: v$coredns_version}
etcd: {local: {imageTag: "$etcd_version"}}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
cgroupDriver: cgroupfs
failSwapOn: false
failCgroupV1: false
imageGCHighThresholdPercent: 100
evictionHard: {nodefs.available: "0%", nodefs.inodesFree: "0%", imagefs.available: "0%"}
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
conntrack: {maxPerCore: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
  on control-plane kubeadm init --config /etc/kubeadm.yaml >/dev/null
}

kubeadm_join() { # machine
  wait_for_containerd "$1"
  on "$1" kubeadm join "$subnet.11:6443" --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification \
    --ignore-preflight-errors SystemVerification >/dev/null
}

kubectl() { on control-plane kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"; }

up() {
  docker network create --subnet "$subnet.0/24" "$name" >/dev/null
  start control-plane 11
  start worker-0 21
  start worker-1 22
  wait_for_containerd control-plane
  kubeadm_init
  kubeadm_join worker-0 &
  kubeadm_join worker-1 &
  kubectl apply --filename - <"$here/kube-router.yaml" >/dev/null
  wait
  kubectl wait --for=condition=Ready node --all --timeout=120s >/dev/null
}

"$action"
