# How a machine that has no data becomes a node.

# kubeadm takes the authorities that it finds and signs the leaves itself.
install_authorities() {
  [ -d "$settings/pki" ] || return 0
  mkdir -p "$kubernetes/pki"
  cp -a "$settings/pki/." "$kubernetes/pki/"
}

# Where kubeadm finds the API, its authority, and who it is to it: an administrator where there is the authority's key, else
# whoever has the token, which the platform has brought.
readonly discovery=$run/discovery.conf
write_discovery() {
  if is_control_plane; then
    be_administrator "$ENDPOINT" && cp "$run/admin.conf" "$discovery"
    return
  fi
  kubeconfig "$discovery" "token: '$(cat "$settings/join-token")'"
}

# kubeconfig FILE WHO, the fields of a user
kubeconfig() {
  cat >"$1" <<YAML
apiVersion: v1
kind: Config
clusters:
  - name: cluster
    cluster:
      certificate-authority-data: $(base64 --wrap=0 <"$settings/ca.crt")
      server: $ENDPOINT
users:
  - name: machine
    user: { $2 }
contexts:
  - name: machine
    context: { cluster: cluster, user: machine }
current-context: machine
YAML
  chmod 0600 "$1"
}

# Takes the certificate of its kubelet from whoever made this machine, who alone can say which node it is: `admit` puts it
# here. From then on the kubelet renews it by itself. It needs nothing else of `kubeadm join`.
readonly admission=$run/admission.pem
be_admitted() {
  ! has_old_node || [ "$(kubelet_authority)" = "$(fingerprint <"$settings/ca.crt")" ] || forget_node
  step "waiting for the certificate of its kubelet"
  until [ -s "$admission" ]; do sleep 0.2; done
  local now use
  now=$(date +%Y-%m-%d-%H-%M-%S)
  mkdir -p "$kubelet/pki" "$kubernetes/pki"
  cp "$settings/ca.crt" "$kubernetes/pki/ca.crt"
  # It is for both: what the kubelet asks with, and what it answers with.
  for use in client server; do
    (umask 077 && cat "$admission" >"$kubelet/pki/kubelet-$use-$now.pem")
    ln --symbolic --force "kubelet-$use-$now.pem" "$kubelet/pki/kubelet-$use-current.pem"
  done
  rm "$admission"
  local path=/var/lib/kubelet/pki/kubelet-client-current.pem
  kubeconfig "$kubernetes/kubelet.conf" "client-certificate: $path, client-key: $path"
  wait_for_api
}

wait_for_api() {
  step "waiting for the API at $ENDPOINT"
  until api_answers; do sleep 0.5; done
}

# Only where there is no data of etcd's, which would go with it.
forget_node() {
  kubeadm reset --force >>"$log" 2>&1
  rm -rf "$kubelet/pki" "$kubernetes/pki" "$kubernetes"/{admin,super-admin,kubelet,controller-manager,scheduler}.conf
}

has_old_node() {
  compgen -G "$kubernetes/*.conf" >/dev/null || compgen -G "$kubernetes/manifests/*.yaml" >/dev/null
}

wait_for_old_node() {
  node_is_ready || return 0
  step "waiting until $machine's Node, which an earlier machine left, is not Ready any more"
  while node_is_ready; do sleep 2; done
}

# What machines that join read, and so what this one is about to read: its own document's configuration, unless the cluster
# is of a later version already. An older machine that boots in the middle of an upgrade does not take it back.
upload_configuration() {
  local theirs ours deadline=$((SECONDS + 60))
  # An administrator's rights are made by the first control plane a moment after its API answers.
  until theirs=$(ask get configmap kubeadm-config --ignore-not-found --output 'jsonpath={.data.ClusterConfiguration}'); do
    [ "$SECONDS" -lt "$deadline" ] || return
    sleep 0.5
  done
  theirs=$(version_in <<<"$theirs")
  ours=$(version_in <"$settings/init.yaml")
  [ "$(printf '%s\n' "$theirs" "$ours" | sort --version-sort | tail -n 1)" = "$ours" ] || return 0
  kubeadm init phase upload-config all --config "$(init_configuration)" --kubeconfig "$run/admin.conf" >>"$log" 2>&1
}
version_in() { sed -n 's/^kubernetesVersion: v//p'; }

prepare_control_plane() {
  be_administrator "$ENDPOINT" && be_known_to_etcd && upload_configuration && remove_lost_member && sign_kubelet_in &&
    sign_kubelet_server
}

never() { false; }

join_etcd() {
  step "kubeadm join phase etcd-join"
  supervised never join phase etcd-join --config "$settings/join.yaml"
}

# All but the etcd member is made beside other machines.
run_join() {
  local config=$settings/join.yaml
  if ! is_control_plane; then
    supervised never join --config "$config"
    return
  fi
  supervised never join --config "$config" \
    --skip-phases etcd-join,kubelet-wait-bootstrap,control-plane-join,wait-control-plane &&
    in_turn join_etcd &&
    supervised never join --config "$config" --skip-phases preflight,control-plane-prepare,kubelet-start,etcd-join
}

# kubeadm stops half-way where a machine in front of it is not there yet; what it left behind goes before the next try. With
# data of etcd's nothing goes: it is a member by then, or about to be one.
join_cluster() {
  local attempts=20 attempt
  wait_for_api
  ! has_old_node || forget_node
  wait_for_old_node
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    step "kubeadm join, attempt $attempt of $attempts"
    if { ! is_control_plane || prepare_control_plane; } && write_discovery && run_join; then
      ! is_control_plane || settle_kubelet || fail
      return
    fi
    explain
    if has_etcd_data; then
      continue_cluster
      return
    fi
    forget_node
    wait_for_old_node
    sleep 1
  done
  fail
}
