#!/bin/bash
# Mounts the volume that keeps etcd's data when its instance is lost. cloud-init runs it before the bootstrap; on a worker
# it does nothing. It is attached when the instance runs already, so it is waited for.
set -euo pipefail

source /etc/slipway/bootstrap.env # ROLE
[ "$ROLE" != join-worker ] || exit 0

readonly label=slipway-etcd
readonly disks=/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol

console() { echo "slipway: $*" >/dev/console 2>/dev/null || true; }
step() {
  current_step=$*
  console "step $current_step"
}
trap 'console "failed $current_step"' ERR

# The one disk of EBS that nothing is mounted from. Links of partitions and namespaces lead to a disk that was seen.
find_volume() {
  local link disk
  for link in "$disks"*; do
    [ -e "$link" ] || continue
    disk=$(readlink --canonicalize "$link")
    lsblk --noheadings --output MOUNTPOINT "$disk" | grep --quiet / || { echo "$disk"; return; }
  done
  return 1
}

step "waiting for etcd's volume"
until volume=$(find_volume); do sleep 1; done

# Made once in its life: what has a file system has the cluster's data. blkid says 2 of an empty disk, and of one that cannot
# be read.
step "looking for a file system on etcd's volume $volume"
head --bytes=1M "$volume" >/dev/null
found=0
blkid --probe "$volume" >/dev/null || found=$?
case $found in
  0) ;;
  2)
    step "making a file system on etcd's new volume"
    mkfs.ext4 -q -L "$label" -m 0 "$volume"
    ;;
  *) false ;;
esac
step "mounting etcd's volume"
mkdir -p /var/lib/etcd
echo "LABEL=$label /var/lib/etcd ext4 defaults,noatime,nofail,x-systemd.device-timeout=120s 0 2" >>/etc/fstab
# After a restart there must be no kubelet without it: its etcd would begin a new cluster in an empty folder.
mkdir -p /etc/systemd/system/kubelet.service.d
printf '[Unit]\nRequiresMountsFor=/var/lib/etcd\n' >/etc/systemd/system/kubelet.service.d/20-etcd-volume.conf
systemctl daemon-reload
mount "$volume" /var/lib/etcd
# etcd takes it for something that went wrong.
rmdir /var/lib/etcd/lost+found 2>/dev/null || true
