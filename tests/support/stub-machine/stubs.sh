#!/bin/bash
# Stands for every program that a machine's bootstrap runs: under its name it is told apart. WORLD is a folder whose files say
# what the machine and the cluster are like; SLIPWAY_ROOT is the machine's root. What changes something is noted in WORLD/calls.
note() { echo "$*" >>"$WORLD/calls"; }
says() { cat "$WORLD/$1" 2>/dev/null; }
kubernetes=$SLIPWAY_ROOT/etc/kubernetes

kubeconfig() {
  mkdir -p "${1%/*}"
  cat >"$1" <<YAML
clusters:
- cluster:
    certificate-authority-data: $(base64 --wrap=0 <"$SLIPWAY_ROOT/etc/slipway/ca.crt")
    server: https://10.88.0.8:6443
YAML
}

data() { mkdir -p "$SLIPWAY_ROOT/var/lib/etcd/member/wal" && touch "$SLIPWAY_ROOT/var/lib/etcd/member/wal/0.wal"; }

leaves() {
  mkdir -p "$kubernetes/pki" "$kubernetes/manifests"
  cp "$WORLD/leaf.crt" "$kubernetes/pki/apiserver.crt"
  touch "$kubernetes/manifests/etcd.yaml" "$kubernetes/scheduler.conf"
  [ -e "$kubernetes/kubelet.conf" ] || kubeconfig "$kubernetes/kubelet.conf"
}

# What an attempt does before it fails, once for each line of a file: `data` is left behind, `waits` goes on for long.
fails() {
  local how
  how=$(says "$1.fails" | head -n 1)
  [ -n "$how" ] || return 1
  sed --in-place 1d "$WORLD/$1.fails"
  case $how in
    data) data ;;
    waits) exec sleep 60 ;;
  esac
}

kubeadm() {
  note "kubeadm $(sed -E "s#(--config|--kubeconfig|--kubeconfig-dir) [^ ]*##g; s#  +# #g; s# +\$##" <<<"$*")"
  case "$1 $2 ${3:-} ${4:-}" in
    "certs renew "*) [ ! -e "$WORLD/new-leaf.crt" ] || cp "$WORLD/new-leaf.crt" "$kubernetes/pki/apiserver.crt" ;;
    "init phase kubeconfig admin") kubeconfig "$SLIPWAY_ROOT/run/slipway/admin.conf" ;;
    "init phase kubeconfig kubelet") kubeconfig "$kubernetes/kubelet.conf" ;;
    "init phase certs "*) touch "$kubernetes/pki/apiserver-etcd-client.crt" ;;
    "init phase "*) ;;
    "init --config "*)
      cp "$SLIPWAY_ROOT/run/slipway/init.yaml" "$WORLD/init.yaml"
      ls "$kubernetes" "$kubernetes/pki" >"$WORLD/found-by-init"
      ! fails init || exit 1
      data
      leaves
      ;;
    "join --config "*)
      ! fails join || exit 1
      kubeconfig "$kubernetes/kubelet.conf"
      ! grep --quiet controlPlane "$SLIPWAY_ROOT/etc/slipway/join.yaml" || leaves
      ;;
    "join phase etcd-join "*) data ;;
    "reset --force "*)
      rm -rf "$kubernetes"/{*.conf,pki,manifests} "$SLIPWAY_ROOT/var/lib/etcd/member"
      ;;
  esac
}

kubectl() {
  case "$*" in
    *"get pods"*) says pods ;;
    *"get configmap"*) echo "kubernetesVersion: v$(says version)" ;;
    *"get node"*status.conditions*) says node && rm -f "$WORLD/node" ;;
    *"get persistentvolumes"*) says volumes || true ;;
    *"get persistentvolumeclaim"*volumeName*) says "volume-of-$(sed "s/.*persistentvolumeclaim \([^ ]*\).*/\1/" <<<"$*")" || true ;;
    *"get persistentvolume"*) ;;
    *"get node"*) says provider-id ;;
    *"get secrets"*) says endless-tokens ;;
    *"get lease"*) says lease ;;
    *"--filename -"*) cat >/dev/null && note "kubectl ${*:5}" ;;
    *"annotate node"*) note "kubectl ${*:5}" ;;
    *) note "kubectl $*" ;;
  esac
}

curl() {
  case "$*" in
    *10248/healthz) [ ! -e "$WORLD/restarts" ] ;;
    *"https://10.88.0.2:6443/readyz") [ -e "$WORLD/api" ] ;;
    *"/readyz") [ -e "$WORLD/own-api" ] ;;
    *12379/health) [ -e "$WORLD/temporary-etcd" ] ;;
    *12379/v3/kv/txn) note "etcd txn $(sed 's/.*--data \([^ ]*\).*/\1/' <<<"$*")" ;;
    *"/api/v1/nodes/"*) says node && rm -f "$WORLD/node" ;;
    *"/member/list") [ -e "$WORLD/members" ] && says members ;;
    */lease/grant) [ ! -e "$WORLD/no-etcd" ] && note "etcd ${*: -1}" && echo '{"header":{"revision":"5"},"ID":"700","TTL":"15"}' ;;
    */lease/revoke | */lock/lock) note "etcd ${*: -1} $(sed 's/.*--data \([^ ]*\).*/\1/' <<<"$*")" ;;
    *"/member/"*) note "etcd ${*: -1} $(sed 's/.*--data \([^ ]*\).*/\1/' <<<"$*")" ;;
  esac
}

systemctl() {
  case $1 in
    show) says restarts || echo 0 ;;
    reset-failed) ;;
    start) [[ $* == *slipway-certificates.timer ]] && touch "$WORLD/timer" || note "systemctl $*" ;;
    *) note "systemctl $*" ;;
  esac
}

journalctl() { says journal; }
install() { [[ $* == *--directory* ]] && mkdir -p "${@: -1}" || : >"${@: -1}"; }
id() { :; }

# etcd's own programs, in its image. The etcd that a restore asks runs until it is ended.
ctr() {
  case "$*" in
    *"images ls"*) echo registry.k8s.io/etcd:3.6.8 ;;
    *"snapshot restore"*)
      note "etcdutl $(sed 's/.* etcdutl //' <<<"$*")"
      [ ! -e "$WORLD/bad-snapshot" ] || exit 1
      mkdir -p "$SLIPWAY_ROOT/var/lib/etcd/restore/member/wal" && touch "$SLIPWAY_ROOT/var/lib/etcd/restore/member/wal/0.wal"
      ;;
    *" etcd --name "*) touch "$WORLD/temporary-etcd" && while [ -e "$WORLD/temporary-etcd" ]; do sleep 0.1; done ;;
    *"task kill"*) rm -f "$WORLD/temporary-etcd" ;;
    *) [ ! -e "$WORLD/admission" ] || cp "$WORLD/admission" "$SLIPWAY_ROOT/run/slipway/admission.pem" ;;
  esac
}

"${0##*/}" "$@"
