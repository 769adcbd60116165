# A cluster whose data was lost: etcd's is made of a snapshot, and what only made sense to the machines of then goes, before
# the first API server sees any of it.

# Beside etcd's data, so that it goes and stays with it: volumes that were lost are still to be forgotten. It names the
# machines that have kept their disks, one a line.
readonly restored=$etcd/slipway-restored
is_restored() { [ -e "$restored" ]; }

restore_cluster() {
  step "restoring etcd from $snapshot"
  restore_data >>"$log" 2>&1 || fail
  continue_cluster
}

# All of it or nothing: etcd's data is there when it is as it should be.
restore_data() {
  local new=$etcd/restore peer
  peer=https://$(own_address):2380
  rm -rf "$new" "$restored"
  # A watcher that knew a later revision must not take an old one for news: revisions go on a thousand million later, and what
  # came before counts as compacted, so that everybody reads anew.
  # https://etcd.io/docs/v3.6/op-guide/recovery/#restoring-with-revision-bump
  in_etcd_image restore etcdutl snapshot restore "/snapshot/${snapshot##*/}" --data-dir "/etcd/${new##*/}" \
    --name "$machine" --initial-cluster "$machine=$peer" --initial-advertise-peer-urls "$peer" \
    --bump-revision 1000000000 --mark-compacted || return
  forget_machines "$new" || return
  install --mode=0600 /dev/null "$restored" && cat "${snapshot%/*}/machines" >"$restored" && sync "$restored" || return
  mv "$new/member" "$etcd/member" && rm -rf "$new"
}

# Runs a program of etcd's image, which sees etcd's folder and the snapshot's.
#   in_etcd_image PURPOSE PROGRAM ARGUMENTS…
in_etcd_image() {
  local image container=slipway-$1
  image=$(ctr --namespace k8s.io images ls --quiet | grep "/etcd:$(etcd_version)\(-[0-9]*\)\?\$" | head -n 1)
  ctr --namespace k8s.io run --rm --net-host --mount "type=bind,src=$etcd,dst=/etcd,options=rbind:rw" \
    --mount "type=bind,src=${snapshot%/*},dst=/snapshot,options=rbind:ro" "$image" "$container" "${@:2}"
}
etcd_version() { sed -n 's/^ *imageTag: *"\?\([^"]*\)"\?$/\1/p' "$settings/init.yaml"; }

# What is below these is of machines: the Nodes with their leases and drivers, the API servers' own addresses, which volume
# is at which machine, leaders. And every pod: none of them runs, and their controllers make others.
readonly of_machines=(minions/ pods/ leases/kube-node-lease/ leases/kube-system/ masterleases/ csinodes/ volumeattachments/)

# Through an etcd that nobody else knows, at this machine's own address only.
forget_machines() {
  local server status url=http://127.0.0.1:12379
  in_etcd_image etcd etcd --name "$machine" --data-dir "/etcd/${1##*/}" --listen-client-urls $url \
    --advertise-client-urls $url --listen-peer-urls http://127.0.0.1:12380 &
  server=$!
  until curl --silent --fail --max-time 2 --output /dev/null $url/health; do
    kill -0 "$server" 2>/dev/null || return
    sleep 0.3
  done
  curl --silent --fail --max-time 60 --output /dev/null --data "$(deletions)" $url/v3/kv/txn
  status=$?
  ctr --namespace k8s.io task kill --signal SIGTERM slipway-etcd
  wait "$server"
  return "$status"
}

# One transaction of https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/. A range ends before the key that follows a prefix:
# its last character, `/`, becomes `0`.
deletions() {
  local prefix separator=
  printf '{"success":['
  for prefix in "${of_machines[@]}"; do
    printf '%s{"requestDeleteRange":{"key":"%s","rangeEnd":"%s"}}' "$separator" \
      "$(printf '/registry/%s' "$prefix" | base64 --wrap=0)" "$(printf '/registry/%s0' "${prefix%/}" | base64 --wrap=0)"
    separator=,
  done
  printf ']}'
}

# Volumes in folders of disks that are gone: with them their claims go, so that whoever makes these makes new ones. A pod would
# wait for the old ones for ever.
forget_lost_volumes() {
  local volume folder node namespace claim
  is_ready "$(own_api)" && be_administrator "$(own_api)" && ask get persistentvolumes --output "$volume_lines" >"$run/volumes" ||
    return
  while IFS='|' read -r volume folder node namespace claim; do
    is_lost "$folder" "$node" || continue
    echo "forgetting the volume $volume of $namespace/$claim: $folder is gone"
    forget_claim "$volume" "$claim" "$namespace" && forget persistentvolume "$volume" || return
  done <"$run/volumes" >>"$log"
  rm -f "$restored"
}

readonly volume_lines='jsonpath={range .items[*]}{.metadata.name}|{.spec.local.path}{.spec.hostPath.path}|{.spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values[0]}|{.spec.claimRef.namespace}|{.spec.claimRef.name}{"\n"}{end}'

# A node's folder is there if its disk is, and one that all machines share if it is here. What is in no folder is elsewhere.
is_lost() {
  [ -n "$1" ] || return 1
  if [ -n "$2" ]; then ! grep --quiet --line-regexp --fixed-strings "$2" "$restored"; else [ ! -d "$root$1" ]; fi
}

# Not one of the same name that somebody has made since.
forget_claim() {
  [ -n "$2" ] || return 0
  local claim=(persistentvolumeclaim "$2" --namespace "$3") of
  of=$(ask get "${claim[@]}" --ignore-not-found --output 'jsonpath={.spec.volumeName}') || return
  [ "$of" != "$1" ] || forget "${claim[@]}"
}

# Who would let it go is gone, too.
forget() {
  ask delete "$@" --ignore-not-found --wait=false &&
    { [ -z "$(ask get "$@" --ignore-not-found --output name)" ] ||
      ask patch "$@" --type merge --patch '{"metadata":{"finalizers":null}}'; }
}
