#!/bin/bash
# Mounts the volume that keeps etcd's data when its instance is lost. cloud-init runs it before the bootstrap; on a worker
# it does nothing. It is attached when the instance runs already, so it is waited for.
set -euo pipefail

source /etc/slipway/bootstrap.env # ROLE
[ "$ROLE" != join-worker ] || exit 0

source /etc/slipway/etcd-volume.env # VOLUME, as in vol-0a1b2c3d4e5f60718

readonly label=slipway-etcd

console() { echo "slipway: $*" >/dev/console 2>/dev/null || true; }
step() {
  current_step=$*
  console "step $current_step"
}
trap 'console "failed $current_step"' ERR

# The serial number of a volume's NVMe disk is the volume's id without its dash, and links of disks end in it, whatever the
# model is called; links of partitions have more behind it. No other disk is ever looked at: one that nothing is mounted from
# can be a partition that firmware boots from.
find_volume() {
  local link
  for link in /dev/disk/by-id/nvme-*_"${VOLUME/-/}"; do
    [ -b "$link" ] && readlink --canonicalize "$link" && return
  done
  return 1
}

step "waiting for etcd's volume $VOLUME"
until volume=$(find_volume); do sleep 1; done

# Made once in its life: what has a file system has the cluster's data. blkid says 2 of an empty disk, and of one that cannot
# be read; 0 of one with partitions too, on which nothing of ours is.
step "looking for a file system on etcd's volume $VOLUME, $volume"
head --bytes=1M "$volume" >/dev/null
[ -z "$(blkid --probe --output value --match-tag PTTYPE "$volume")" ]
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
echo "LABEL=$label /var/lib/etcd ext4 defaults,noatime,nofail,x-systemd.growfs,x-systemd.device-timeout=120s 0 2" >>/etc/fstab
# After a restart there must be no kubelet without it: its etcd would begin a new cluster in an empty folder.
mkdir -p /etc/systemd/system/kubelet.service.d
printf '[Unit]\nRequiresMountsFor=/var/lib/etcd\n' >/etc/systemd/system/kubelet.service.d/20-etcd-volume.conf
systemctl daemon-reload
mount "$volume" /var/lib/etcd
# A volume that has grown while there was no machine. What it holds has room in any case: a machine boots without.
resize2fs "$volume" || console "log etcd's volume $VOLUME could not be grown to its new size"
# etcd takes it for something that went wrong.
rmdir /var/lib/etcd/lost+found 2>/dev/null || true
