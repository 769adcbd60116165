#!/bin/bash
# Makes a node of this machine. cloud-init runs it once, after it has written the files that this script reads.
#
# It says on the console what it does, because the console is what every platform can read from outside (the log of a
# container, an EC2 instance's serial console). components/cluster/console.ts understands these lines:
#   slipway: step <what it does now>
#   slipway: log <a line that helps to see why a step failed>
#   slipway: failed <the step>
#   slipway: joined
set -uo pipefail

source /etc/slipway/bootstrap.env # MACHINE, ROLE, ENDPOINT

readonly log=/var/log/slipway-bootstrap.log
# Beside what it stands for: what keeps the one keeps the other.
readonly done_file=/etc/kubernetes/joined

# A console that is gone (a platform without one) must not stop a boot.
console() { echo "slipway: $*" >/dev/console 2>/dev/null || true; }

step() {
  current_step=$*
  console "step $current_step"
  echo "== $(date --iso-8601=seconds) $current_step" >>"$log"
}

# The last words of kubeadm and of the services that it waits for.
explain() {
  {
    tail -n 12 "$log"
    journalctl --no-pager --quiet --output=cat --priority=warning --lines=5 --unit=kubelet
    journalctl --no-pager --quiet --output=cat --priority=warning --lines=3 --unit=containerd
  } 2>/dev/null | while IFS= read -r line; do console "log ${line:0:400}"; done
}

fail() {
  explain
  console "failed $current_step"
  exit 1
}

api_answers() {
  curl --silent --fail --max-time 2 --cacert /etc/slipway/ca.crt --output /dev/null "$ENDPOINT/readyz"
}

wait_for_api() {
  step "waiting for the API at $ENDPOINT"
  until api_answers; do sleep 0.5; done
}

wait_for_containerd() {
  step "waiting for containerd"
  timeout 60 bash -c 'until ctr version >/dev/null 2>&1; do sleep 0.2; done' || fail
}

# kubeadm takes the authorities that it finds and signs the leaves itself.
install_authorities() {
  [ -d /etc/slipway/pki ] || return 0
  mkdir -p /etc/kubernetes/pki
  cp -a /etc/slipway/pki/. /etc/kubernetes/pki/
}

# etcd's data belongs to a user that nobody can be, as the CIS benchmark has it (1.1.11, 1.1.12). kubeadm's etcd runs as
# its container's root, who may write there all the same.
install_etcd_directory() {
  [ "$ROLE" != join-worker ] || return 0
  id etcd >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /var/lib/etcd --shell /usr/sbin/nologin etcd
  install --directory --mode=0700 --owner=etcd --group=etcd /var/lib/etcd
}

# kubectl config, for one of /etc/kubernetes' kubeconfigs
config() { kubectl config --kubeconfig "/etc/kubernetes/$1.conf" "${@:2}" 2>>"$log"; }
server_of() { config "$1" view --output 'jsonpath={.clusters[0].cluster.server}'; }
set_server() { config "$1" set-cluster "$(config "$1" view --output 'jsonpath={.clusters[0].name}')" --server "$2"; }

# kubeadm tells the kubelet of a control plane that joins to ask the API server beside it. That one waits for etcd, which
# waits for its turn; a kubelet that is refused for so long asks less and less often. So it begins through the load
# balancer, with a certificate that this machine signs itself.
sign_kubelet_in() {
  [ "$ROLE" != join-worker ] || return 0
  { kubeadm init phase kubeconfig kubelet --node-name "$MACHINE" && set_server kubelet "$ENDPOINT"; } >>"$log" 2>&1 || fail
}

# From then on it is as kubeadm has it: it asks the API server beside it, which is of its own version, and renews its
# certificate.
settle_kubelet() {
  [ "$ROLE" != join-worker ] || return 0
  local certificate=/var/lib/kubelet/pki/kubelet-client-current.pem
  {
    set_server kubelet "$(server_of scheduler)" &&
      config kubelet set-credentials "$(config kubelet view --output 'jsonpath={.users[0].name}')" \
        --client-certificate "$certificate" --client-key "$certificate" &&
      systemctl restart kubelet
  } >>"$log" || fail
}

kubeadm_attempt() {
  install_authorities
  install_etcd_directory
  [ "$1" != join ] || sign_kubelet_in
  kubeadm "$@" >>"$log" 2>&1
}

# A control plane that was made anew over its old /var continues the cluster that lies there. One attempt only: what
# cleans up after an attempt would take etcd's data with it.
continue_cluster() {
  step "kubeadm init over the etcd data of before"
  kubeadm_attempt init --config /etc/slipway/init.yaml || fail
  renew_node
}

# In a cloud a Node says for good which instance it is. When this is another one, the Node of before goes, and the kubelet
# makes its own.
renew_node() {
  local own kubectl=(kubectl --kubeconfig /etc/kubernetes/admin.conf)
  own=$(sed -n 's/.*--provider-id=\([^ ]*\).*/\1/p' /etc/default/kubelet 2>>"$log")
  [ -n "$own" ] && [ "$("${kubectl[@]}" get node "$MACHINE" --output 'jsonpath={.spec.providerID}')" != "$own" ] || return 0
  step "making a node of its own, as the one of before is another instance"
  "${kubectl[@]}" delete node "$MACHINE" >>"$log" 2>&1
  systemctl restart kubelet
  timeout 60 bash -c "until ${kubectl[*]} get node $MACHINE >/dev/null 2>&1; do sleep 0.5; done" || fail
  kubeadm init phase mark-control-plane --config /etc/slipway/init.yaml >>"$log" 2>&1 || fail
}

# kubeadm stops half-way where a machine in front of it is not there yet; what it left behind goes before the next try.
kubeadm_until_done() {
  local attempts=$1 attempt
  shift
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    step "kubeadm $1, attempt $attempt of $attempts"
    kubeadm_attempt "$@" && return 0
    explain
    kubeadm reset --force >>"$log" 2>&1
    sleep 1
  done
  fail
}

# A control plane that lost its disk must not come back as the etcd member that it was: that one's vote is forgotten
# first. Whoever has the authorities may ask the others to do so.
forget_lost_member() {
  local kubeconfig=/run/slipway/admin.conf pod id
  local etcdctl=(etcdctl --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/server.crt
    --key=/etc/kubernetes/pki/etcd/server.key)
  install_authorities
  mkdir -p "${kubeconfig%/*}"
  kubeadm init phase kubeconfig admin --kubeconfig-dir "${kubeconfig%/*}" \
    --control-plane-endpoint "${ENDPOINT#https://}" >>"$log" 2>&1 || return 0
  ask() { kubectl --kubeconfig "$kubeconfig" --namespace kube-system --request-timeout 10s "$@" 2>>"$log"; }
  if ask get node "$MACHINE" >/dev/null; then
    step "removing the etcd member that was lost with the old disk"
    for pod in $(ask get pods --selector component=etcd --field-selector "spec.nodeName!=$MACHINE" --output name); do
      id=$(ask exec "$pod" -- "${etcdctl[@]}" member list | sed -n "s/^\([0-9a-f]*\), [a-z]*, $MACHINE, .*/\1/p")
      [ -z "$id" ] || ask exec "$pod" -- "${etcdctl[@]}" member remove "$id" >>"$log" && break
    done
  fi
  rm -f "$kubeconfig"
}

initialize() { kubeadm_until_done 3 init --config /etc/slipway/init.yaml; }

join() {
  wait_for_api
  if [ -d /etc/slipway/pki ] && [ ! -d /var/lib/etcd/member ]; then forget_lost_member; fi
  kubeadm_until_done 20 join --config /etc/slipway/join.yaml
  settle_kubelet
}

main() {
  [ -e "$done_file" ] && return 0
  wait_for_containerd
  if [ "$ROLE" != initialize ] || api_answers; then
    join
  elif [ -d /var/lib/etcd/member ]; then
    continue_cluster
  else
    initialize
  fi
  touch "$done_file"
  console "joined"
}

main
