# What the bootstrap says, on the console and in its log.

# A console that is gone (a platform without one) must not stop a boot.
console() { echo "slipway: $*" >>"$root/dev/console" 2>/dev/null || true; }

# kubeadm may say secrets, and says much: one boot's words, and those of the boot before.
begin_log() {
  mkdir -p "$run" "${log%/*}"
  chmod 0700 "$run"
  [ ! -e "$log" ] || mv "$log" "$log.before"
  install --mode=0600 /dev/null "$log"
  [ ! -e "$log.before" ] || chmod 0600 "$log.before"
}

step() {
  current_step=$*
  console "step $current_step"
  echo "== $(date --iso-8601=seconds) $current_step" >>"$log"
}

# What the kubelet has to complain of: to the journal everything that it says is alike.
kubelet_complaints() {
  local said
  said=$(journalctl --no-pager --quiet --output=cat --lines=200 --unit=kubelet)
  grep -E '^[EF][0-9]{4} |^Error|^panic|[Ff]ailed with result' <<<"$said" || echo "$said"
}

# The last words of kubeadm and of the services that it waits for.
explain() {
  {
    tail -n 12 "$log"
    kubelet_complaints | tail -n 5
    journalctl --no-pager --quiet --output=cat --priority=warning --lines=3 --unit=containerd
  } 2>/dev/null | while IFS= read -r line; do [ -z "$line" ] || console "log ${line:0:400}"; done
}

# systemd begins again after a while: somebody may have mended what was wrong.
fail() {
  explain
  console "failed $current_step"
  exit 1
}
