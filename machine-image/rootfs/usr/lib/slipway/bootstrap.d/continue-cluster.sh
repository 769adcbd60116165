# `kubeadm init`: of a new cluster, and over the data of one that was there before. All of its phases can be repeated, so
# nothing is ever reset here.

# No preflight: it wants an empty machine. The cluster's configuration is uploaded by `upload_configuration`.
readonly phases_done_otherwise=preflight,upload-config,addon,show-join-command

# etcd's data belongs to a user that nobody can be, as the CIS benchmark has it (1.1.11, 1.1.12). kubeadm's etcd runs as
# its container's root, who may write there all the same.
install_etcd_directory() {
  id etcd >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /var/lib/etcd --shell /usr/sbin/nologin etcd
  install --directory --mode=0700 --owner=etcd --group=etcd "$etcd"
}

# kubeadm keeps what it finds, leaves that are over too: what it is to sign anew goes first. The kubelet's kubeconfig stays
# as long as it is of use: it is the node's. The folders stay: at a second try pods run that have mounted them.
sign_anew() {
  systemctl stop kubelet
  [ ! -d "$kubernetes/pki" ] || find "$kubernetes/pki" -type f -delete
  rm -f "$kubernetes"/{admin,super-admin,controller-manager,scheduler}.conf
  if is_signed_in; then
    set_server "$kubernetes/kubelet.conf" "$(own_api)"
  else
    rm -rf "$kubernetes/kubelet.conf" "$kubelet/pki"
  fi
  install_authorities
  sign_kubelet_server
}

# Whether this machine is to make a new cluster, or the one that was lost: then from $snapshot.
begins_cluster() {
  [ "$ROLE" = initialize ] && ! api_answers || return 1
  while true; do
    snapshot=$(claim may-begin)
    case $? in
      0) snapshot= && return 0 ;;
      3) break ;;
      4) return 0 ;;
    esac
    step "asking whether a cluster was made before: ${CLAIM%% *} does not know"
    sleep 2
  done
  step "waiting for the API at $ENDPOINT: the cluster was made before, and its data is not here"
  local refused='' deadline=$((SECONDS + ${SLIPWAY_PATIENCE:-60}))
  until api_answers; do
    if [ -z "$refused" ] && [ "$SECONDS" -ge "$deadline" ]; then
      # A second cluster would take the place of one whose data may be somewhere. Another control plane that comes back ends
      # the waiting.
      console "failed making no new cluster: one was made with these keys before, its data is not on this machine, and no other control plane answers at $ENDPOINT"
      refused=yes
    fi
    sleep 1
  done
  return 1
}

# Until it is known: whoever boots next asks for it.
record_cluster() {
  until claim made; do
    step "recording that the cluster was made: ${CLAIM%% *} fails"
    sleep 2
  done
}

# As soon as the new API server takes a request: from then on there is something to lose.
record_early() {
  [ ! -e "$run/recorded" ] && is_ready "$(own_api)" && claim made && touch "$run/recorded"
  false
}

initialize() {
  local attempts=3 attempt phases=addon,show-join-command
  ! has_old_node || phases+=,preflight
  for ((attempt = 1; attempt <= attempts; attempt++)); do
    step "kubeadm init, attempt $attempt of $attempts"
    sign_anew
    if supervised record_early init --config "$(init_configuration)" --skip-token-print --skip-phases "$phases"; then return; fi
    explain
    if has_etcd_data; then
      continue_cluster
      return
    fi
    phases=addon,show-join-command,preflight
    sleep 1
  done
  fail
}

# While kubeadm waits for this machine's API server: a member that may not vote yet gets its vote, without which that one
# never answers, and one that was removed ends the attempt. Asked now and then, as it takes a second.
mind_member() {
  ! is_restored || forget_lost_volumes
  ((++minded % 5 == 0)) && api_answers && be_administrator "$ENDPOINT" || return 1
  promote_learner
  is_no_member
}

continue_cluster() {
  local attempt minded=0
  for ((attempt = 1; ; attempt++)); do
    step "kubeadm init over the etcd data of before, attempt $attempt"
    sign_anew
    if supervised mind_member init --config "$(init_configuration "$(etcd_patches)")" --skip-token-print \
      --skip-phases "$phases_done_otherwise"; then
      if be_administrator "$(own_api)" && upload_configuration && renew_node; then
        end_endless_tokens
        return
      fi
    fi
    explain
    if was_removed; then
      forget_data
      join_cluster
      return
    fi
    # Somebody has taken it away: systemd begins again, without it.
    has_etcd_data || fail
    sleep 1
  done
}

# etcd with its data goes by what that says. Should it be gone when etcd starts, there must be no new cluster.
etcd_patches() {
  mkdir -p "$run/patches"
  echo '[{"op":"add","path":"/spec/containers/0/command/-","value":"--initial-cluster-state=existing"}]' \
    >"$run/patches/etcd+json.json"
  echo "$run/patches"
}

# Clusters of before had a token to join with that never ended.
end_endless_tokens() {
  local endless='{{range .items}}{{if not .data.expiration}}{{.metadata.name}} {{end}}{{end}}' tokens
  tokens=$(ask get secrets --field-selector type=bootstrap.kubernetes.io/token --output "go-template=$endless")
  # shellcheck disable=SC2086
  [ -z "$tokens" ] || ask delete secrets $tokens >>"$log"
}

# In a cloud a Node says for good which instance it is. When this is another one, the Node of before goes, and the kubelet
# makes its own.
renew_node() {
  local own deadline
  own=$(sed -n 's/.*--provider-id=\([^ ]*\).*/\1/p' "$root/etc/default/kubelet" 2>>"$log")
  [ -n "$own" ] && [ "$(ask get node "$machine" --output 'jsonpath={.spec.providerID}')" != "$own" ] || return 0
  step "making a node of its own, as the one of before is another instance"
  ask delete node "$machine" >>"$log"
  systemctl restart kubelet
  deadline=$((SECONDS + 60))
  until ask get node "$machine" >/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || return
    sleep 0.5
  done
  kubeadm init phase mark-control-plane --config "$run/init.yaml" >>"$log" 2>&1
}
