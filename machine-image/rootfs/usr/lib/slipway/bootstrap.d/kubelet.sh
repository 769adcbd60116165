# The kubelet: how it is started, told to be dying, and signed in. It is started here and nowhere else: it is not enabled.

# systemd starts a kubelet that ends again and again, for ever. One that has ended this often since it was started by
# somebody does not come up. It is counted, as a machine that has much to do may take minutes.
readonly most_restarts=3

kubelet_is_dying() { [ "$(systemctl show --property=NRestarts --value kubelet)" -ge "$most_restarts" ]; }

wait_for_kubelet() {
  until curl --silent --fail --max-time 2 --output /dev/null http://127.0.0.1:10248/healthz; do
    ! kubelet_is_dying || fail_with_kubelet
    sleep 0.3
  done
}

fail_with_kubelet() {
  current_step="$current_step: the kubelet ends each time that it is started"
  fail
}

# Runs kubeadm, and ends it when what it waits for cannot come: it waits for minutes.
#   supervised WATCH KUBEADM-ARGUMENTS…, WATCH is a command that is run each second; when it succeeds, kubeadm is ended
supervised() {
  local watch=$1 kubeadm watcher status
  shift
  rm -f "$run/dying"
  # What an earlier attempt's kubelet did does not count.
  systemctl reset-failed kubelet 2>/dev/null
  kubeadm "$@" >>"$log" 2>&1 &
  kubeadm=$!
  until_hopeless "$watch" "$kubeadm" &
  watcher=$!
  wait "$kubeadm"
  status=$?
  kill "$watcher" 2>/dev/null
  wait "$watcher" 2>/dev/null
  [ ! -e "$run/dying" ] || fail_with_kubelet
  return "$status"
}

until_hopeless() {
  while sleep 1; do
    if kubelet_is_dying; then
      touch "$run/dying"
      kill "$2"
      return
    fi
    if "$1"; then
      kill "$2"
      return
    fi
  done
}

# A worker that is a node already: its document's configuration and flags, and what makes it a node stays.
configure_kubelet() {
  step "configuring the kubelet"
  kubeadm init phase kubelet-start --config "$settings/kubelet.yaml" >>"$log" 2>&1 || fail
}

# The API server that a kubeconfig leads to.
server_of() { sed -n 's/^ *server: *//p' "$1"; }
set_server() { sed --in-place "s#^\( *server:\).*#\1 $2#" "$1"; }

# kubeadm tells the kubelet of a control plane that joins to ask the API server beside it. That one waits for etcd, which
# waits for its turn; a kubelet that is refused for so long asks less and less often. So it begins through the load
# balancer, with a certificate that this machine signs itself.
sign_kubelet_in() {
  kubeadm init phase kubeconfig kubelet --config "$(init_configuration)" >>"$log" 2>&1 &&
    set_server "$kubernetes/kubelet.conf" "$ENDPOINT"
}

# From then on it is as kubeadm has it: it asks the API server beside it, which is of its own version, and renews its
# certificate. kubeadm restarts it.
settle_kubelet() {
  set_server "$kubernetes/kubelet.conf" "$(own_api)" &&
    kubeadm init phase kubelet-finalize enable-client-cert-rotation --config "$(init_configuration)" >>"$log" 2>&1
}
