# What there is: questions that change nothing.

is_control_plane() { [ "$ROLE" != join-worker ]; }

# Beside what it stands for, so that what keeps the one keeps the other: what was applied here last.
readonly applied=$kubernetes/slipway-applied

# Everything that decides on what runs here, in one hash: the document's files and the image. Not a token, which ends, nor the
# record of the audit, which comes later.
wanted() {
  (
    cd "$root/" || exit
    find etc/slipway etc/kubernetes/api-server usr/lib/slipway/containerd/store/image-id -type f \
      ! -name join-token ! -name files.sha256 2>/dev/null | LC_ALL=C sort | xargs sha256sum
  ) | sha256sum
}

# Whether this machine is what its document says already. A control plane that lost its data never is: its etcd would
# begin a new cluster.
is_applied() {
  [ "$(cat "$applied" 2>/dev/null)" = "$(wanted)" ] && is_signed_in || return 1
  ! is_control_plane || { has_etcd_data && ! is_due 3; }
}

# The first file of its log is what etcd itself goes by: the folder alone is no data.
has_etcd_data() { compgen -G "$etcd/member/wal/*.wal" >/dev/null; }

# Whether the kubelet can say who it is: its kubeconfig trusts this cluster's authority, and its certificates are not over.
is_signed_in() {
  [ -s "$kubernetes/kubelet.conf" ] && [ "$(kubelet_authority)" = "$(fingerprint <"$settings/ca.crt")" ] || return 1
  is_lasting "$kubelet/pki/kubelet-client-current.pem" || return 1
  # Whoever brings a worker its first certificate brings it the next.
  is_control_plane || [ -e "$settings/join-token" ] || is_lasting "$kubelet/pki/kubelet-server-current.pem"
}
is_lasting() {
  local seconds=$((validity > 36000 ? 3600 : validity / 10))
  [ ! -e "$1" ] || openssl x509 -noout -checkend "$seconds" -in "$1" >>"$log" 2>&1
}
kubelet_authority() {
  sed -n 's/^ *certificate-authority-data: *//p' "$kubernetes/kubelet.conf" | base64 --decode 2>/dev/null | fingerprint
}
fingerprint() { openssl x509 -outform DER 2>>"$log" | sha256sum | cut -d' ' -f1; }

# Where this machine's own API server and etcd answer.
own_address() { echo "${ADDRESS:-$(ip -4 -oneline route get 192.0.2.1 | sed -n 's/.* src \([^ ]*\).*/\1/p')}"; }
own_api() { echo "https://$(own_address):${ENDPOINT##*:}"; }

is_ready() { curl --silent --fail --max-time 2 --cacert "$settings/ca.crt" --output /dev/null "$1/readyz"; }
api_answers() { is_ready "$ENDPOINT"; }

# Whether the API takes this machine's Node for ready, as for most of a minute after a machine was lost: kubeadm would
# refuse to join.
node_is_ready() {
  local ready='{.status.conditions[?(@.type=="Ready")].status}'
  write_discovery &&
    [ "$(kubectl --kubeconfig "$discovery" --request-timeout 5s get node "$machine" --output "jsonpath=$ready" 2>>"$log")" = True ]
}

# What kubeadm works by: the document's configuration with what is no part of it. Prints its path.
#   init_configuration [PATCHES], a folder
init_configuration() {
  {
    [ -z "${1:-}" ] || printf 'patches: { directory: "%s" }\n' "$1"
    cat "$settings/init.yaml"
  } >"$run/init.yaml"
  echo "$run/init.yaml"
}

# Whether a new cluster may begin: `may-begin` says 3 where one of this authority was made before, and 4 and a path where one
# is to be restored from there. `made` says that one was.
claim() {
  local command
  read -ra command <<<"${CLAIM:-}"
  [ "${#command[@]}" -gt 0 ] || return 0
  "${command[@]}" "$1" "$(fingerprint <"$settings/ca.crt")" 2>>"$log"
}
