#!/bin/sh
# Fills containerd's store of a machine image with pod images, so that a boot imports and pulls nothing.
# Runs while the image is built, in a container of it:
#
#   docker save IMAGE… | docker run … -v VOLUME:/build … preload.sh KUBERNETES SOURCE=TARGET[,TARGET…]…
#
# KUBERNETES is a path in the images: the program that the machine shares with its pods. SOURCE is an image's
# name in the archive on standard input, TARGET a name of it in the store.
set -eu
kubernetes=$1
shift

log=/build/containerd.log
containerd --root /build/root --state /run/containerd-build --log-level warn >"$log" 2>&1 &
containerd=$!
trap 'status=$?; [ "$status" = 0 ] || tail -n 20 "$log" >&2' EXIT

ctr() { /usr/bin/ctr --namespace k8s.io "$@"; }

# wait_for WHAT COMMAND…: tries for 30 s.
wait_for() {
  what=$1
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  echo "preload: $what did not happen within 30 s" >&2
  exit 1
}

wait_for "containerd's start" ctr version
ctr images import --local --discard-unpacked-layers - >/dev/null
for pair in "$@"; do
  for target in $(echo "${pair#*=}" | tr ',' ' '); do
    ctr images tag "${pair%%=*}" "$target" >/dev/null
  done
done
for pair in "$@"; do
  ctr images rm "${pair%%=*}" >/dev/null
done

# The CRI plugin watches the store. It takes each image in by a second name, its ID, and marks both as its own.
managed() { [ "$(ctr images ls --quiet 'labels."io.cri-containerd.image"==managed' | grep --count '^sha256:')" = "$#" ]; }
wait_for "the CRI plugin's taking in of $# images" managed "$@"
# The kubelet must not collect what cannot be pulled again.
ctr images ls --quiet | while read -r image; do
  ctr images label "$image" io.cri-containerd.image=managed io.cri-containerd.pinned=pinned >/dev/null
done
# Compressed layers are unpacked now: the collection of garbage that this asks for drops them.
ctr content prune references >/dev/null
ctr images ls

kill "$containerd"
wait "$containerd" || true

# The unpacked layers go where no volume covers them: Docker would copy them into each machine's volume, while
# they are the same for all. overlayfs follows the links that take their place.
store=/usr/lib/slipway/containerd/snapshots
snapshotter=/build/root/io.containerd.snapshotter.v1.overlayfs
mkdir -p "$store"
for snapshot in "$snapshotter"/snapshots/*; do
  id=${snapshot##*/}
  mkdir "$store/$id"
  cp --archive "$snapshot/fs" "$store/$id/"
  rm -r "$snapshot"
  ln -s "$store/$id" "$snapshot"
  # One file, whether the kubelet or a pod runs it, and so once on disk and once in memory.
  if [ -f "$store/$id/fs$kubernetes" ]; then ln "$store/$id/fs$kubernetes" /usr/bin/kubernetes; fi
done
# Not in /var either: the machine's entry point copies it there, also when a new image comes to an old volume.
cp --archive /build/root /usr/lib/slipway/containerd/store
cat /proc/sys/kernel/random/uuid >/usr/lib/slipway/containerd/store/image-id
test -x /usr/bin/kubernetes
