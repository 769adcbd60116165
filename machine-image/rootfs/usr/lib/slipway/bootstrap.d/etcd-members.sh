# What the others' etcd knows of this machine's member, and what it is asked to do about it. Whoever has the authorities may
# ask. It is asked over its own HTTP gateway: https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/

# An administrator's kubeconfig for an API server.
#   be_administrator URL
be_administrator() {
  local kubeconfig=$run/admin.conf
  install_authorities
  if ! is_young "$kubeconfig"; then
    rm -f "$kubeconfig"
    kubeadm init phase kubeconfig admin --config "$(init_configuration)" --kubeconfig-dir "$run" >>"$log" 2>&1 || return
  fi
  set_server "$kubeconfig" "$1"
}

# What etcd knows an administrator by. `kubeadm join` and `kubeadm init` take it as it is.
be_known_to_etcd() {
  local certificate=$kubernetes/pki/apiserver-etcd-client.crt
  # kubeadm keeps what it finds, one that is over too.
  [ ! -e "$certificate" ] || openssl x509 -noout -checkend 60 -in "$certificate" >>"$log" 2>&1 || rm -f "${certificate%.crt}".*
  [ -e "$certificate" ] ||
    kubeadm init phase certs apiserver-etcd-client --config "$(init_configuration)" >>"$log" 2>&1
}

ask() { kubectl --kubeconfig "$run/admin.conf" --namespace kube-system --request-timeout 10s "$@" 2>>"$log"; }

other_etcds() {
  local url='{.metadata.annotations.kubeadm\.kubernetes\.io/etcd\.advertise-client-urls}'
  ask get pods --selector component=etcd --output "jsonpath={range .items[*]}{.spec.nodeName} $url{'\n'}{end}" |
    sed -n "/^$machine /!s/^[^ ]* \(https:.*\)/\1/p"
}

# ask_etcd URL WHAT JSON [MORE OF CURL]
ask_etcd() {
  local pki=$kubernetes/pki
  curl --silent --fail --max-time 5 --cacert "$pki/etcd/ca.crt" --cert "$pki/apiserver-etcd-client.crt" \
    --key "$pki/apiserver-etcd-client.key" --data "$3" "${@:4}" "$1/v3/$2" 2>>"$log"
}

# Runs a command while no other machine runs one in its turn. A member that etcd refuses, as it takes one learner at a time,
# stays in its log: whoever starts again before the log's next snapshot, 10000 entries later, takes it for a member after all,
# and opens connections to it ten times a second for as long as it runs.
in_turn() {
  local url lease status
  for url in $(other_etcds); do
    # A machine that dies in its turn loses it.
    lease=$(ask_etcd "$url" lease/grant '{"TTL":"15"}' | sed -n 's/.*"ID":"\([0-9]*\)".*/\1/p')
    [ -n "$lease" ] && break
  done
  [ -n "${lease:-}" ] || return
  # One that outlived this program would keep all others waiting.
  (while sleep 4 && kill -0 $$; do ask_etcd "$url" lease/keepalive "{\"ID\":\"$lease\"}"; done) >/dev/null 2>&1 &
  local keeper=$!
  step "waiting for its turn"
  ask_etcd "$url" lock/lock "{\"name\":\"$(base64 <<<slipway-join)\",\"lease\":\"$lease\"}" --max-time 300 --output /dev/null &&
    "$@"
  status=$?
  kill "$keeper"
  ask_etcd "$url" lease/revoke "{\"ID\":\"$lease\"}" --output /dev/null
  return "$status"
}

# This machine's member as the others have it: `voter`, `learner` or `none`, and then its id and the URL of who said so. Fails
# when nobody says anything.
own_member() {
  local url members own kind=voter
  for url in $(other_etcds); do
    members=$(ask_etcd "$url" cluster/member/list '{"linearizable":true}') && [[ $members == *'"members":'* ]] || continue
    own=$(tr '{' '\n' <<<"$members" | grep --fixed-strings "\"https://$(own_address):2380\"") || own=
    [ -n "$own" ] || { echo "none - $url" && return; }
    [[ $own != *'"isLearner":true'* ]] || kind=learner
    echo "$kind $(sed -n 's/.*"ID":"\([0-9]*\)".*/\1/p' <<<"$own") $url"
    return
  done
  return 1
}

# Whether the others have removed this machine's member. Asked twice, as data goes by it.
was_removed() {
  api_answers && be_administrator "$ENDPOINT" && be_known_to_etcd && is_no_member && sleep 2 && is_no_member
}
is_no_member() {
  local kind
  read -r kind _ < <(own_member) && [ "$kind" = none ]
}

forget_data() {
  step "dropping the data of an etcd member that was removed from the cluster"
  forget_node
  rm -rf "$etcd/member"
}

# A member that was to join when its machine was lost: the others let it vote as soon as it knows all that they know.
promote_learner() {
  local kind id url
  read -r kind id url < <(own_member) && [ "$kind" = learner ] || return 0
  ask_etcd "$url" cluster/member/promote "{\"ID\":\"$id\"}" >>"$log"
}

# A control plane that lost its disk must not come back as the member that it was: the others count on what that one had
# written. So nobody's answer is none: somebody is waited for, whom kubeadm needs too.
remove_lost_member() {
  local kind id url deadline=$((SECONDS + 60))
  until read -r kind id url < <(own_member); do
    [ "$SECONDS" -lt "$deadline" ] || return
    sleep 0.5
  done
  [ "$kind" != none ] || return 0
  step "removing the etcd member that was lost with the old disk"
  ask_etcd "$url" cluster/member/remove "{\"ID\":\"$id\"}" >>"$log"
}
