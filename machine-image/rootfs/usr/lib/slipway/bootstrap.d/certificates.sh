# The certificates of this machine: which there are, until when they are good, and a new one where somebody has to sign it.

# How often the timer looks while a certificate is good.
readonly looks=20

# One line for each certificate: its file, when it ends in seconds since 1970, and what renews it, with tabs between them.
# `machine` is signed here, all of them together; `kubelet` asks the cluster; `nobody` renews an authority.
certificates() {
  local file
  for file in "$kubernetes"/pki/{,etcd/}*.crt; do
    case ${file#"$kubernetes/pki/"} in
      ca.crt | etcd/ca.crt | front-proxy-ca.crt) certificate "$file" nobody <"$file" ;;
      *) [ ! -e "$file" ] || certificate "$file" machine <"$file" ;;
    esac
  done 2>/dev/null
  for file in "$kubernetes"/{admin,super-admin,controller-manager,scheduler}.conf; do
    [ ! -e "$file" ] ||
      sed -n 's/^ *client-certificate-data: *//p' "$file" | base64 --decode | certificate "$file" machine
  done
  for file in "$kubelet"/pki/kubelet-{client,server}-current.pem; do
    [ ! -e "$file" ] || certificate "$file" kubelet <"$file"
  done
}

# certificate FILE RENEWED-BY, with the certificate on standard input
certificate() {
  local end
  end=$(openssl x509 -noout -enddate 2>>"$log" | cut -d= -f2)
  [ -z "$end" ] || printf '%s\t%s\t%s\n' "${1#"$root"}" "$(date +%s --date "$end")" "$2"
}

# When the first of those ends that are renewed so.
#   first_end RENEWED-BY
first_end() { certificates | awk -F '\t' -v by="$1" '$3 == by && (end == "" || $2 < end) { end = $2 } END { print end }'; }

# Whether less than a part of its time is left to one that is signed here. By the validity that the document says: kubeadm
# has certificates begin when their authority did.
#   is_due PARTS, such as 3 for a third
is_due() {
  local end
  end=$(first_end machine)
  [ -n "$end" ] || return 0
  (((end - $(date +%s)) * $1 < validity))
}

# Whether a file was made so lately that a certificate in it is good for long enough.
is_young() { [ -e "$1" ] && (($(date +%s) - $(stat --format %Y "$1") < validity / 2)); }

# What a control plane's kubelet answers with, signed here: whoever looks after the cluster asks etcd by way of the kubelet,
# before there is anybody who approves what kubelets ask for. The kubelet renews it as any other's does.
sign_kubelet_server() {
  local pki=$kubelet/pki work=$run/kubelet-server name
  name=kubelet-server-$(date +%Y-%m-%d-%H-%M-%S).pem
  ! openssl x509 -noout -checkend "$((validity / 3))" -in "$pki/kubelet-server-current.pem" >/dev/null 2>&1 || return 0
  rm -rf "$work"
  mkdir -p "$work" "$pki"
  touch "$work/index"
  cat >"$work/ca.conf" <<CONF
[ca]
default_ca = cluster
[cluster]
database = $work/index
new_certs_dir = $work
serial = $work/serial
default_md = sha256
policy = subject
x509_extensions = server
[subject]
organizationName = supplied
commonName = supplied
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:$machine, IP:$(own_address)
CONF
  {
    openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=system:nodes/CN=system:node:$machine" \
      -keyout "$work/key.pem" -out "$work/request.pem" &&
      openssl ca -batch -notext -config "$work/ca.conf" -create_serial -preserveDN \
        -enddate "$(date --utc --date "@$(($(date +%s) + validity))" +%Y%m%d%H%M%SZ)" \
        -cert "$settings/pki/ca.crt" -keyfile "$settings/pki/ca.key" -in "$work/request.pem" -out "$work/certificate.pem"
  } >>"$log" 2>&1 || return
  (umask 077 && cat "$work/certificate.pem" "$work/key.pem" >"$pki/$name")
  ln --symbolic --force "$name" "$pki/kubelet-server-current.pem"
  rm -rf "$work"
}

# Has the timer look after them, often enough for how long they are good.
mind_certificates() {
  local interval=$((validity / looks)) overrides=$root/run/systemd/system/slipway-certificates.timer.d
  if ((interval < 3600)); then
    # An empty value forgets all that the timer goes by.
    mkdir -p "$overrides"
    printf '[Timer]\nOnUnitActiveSec=\nOnActiveSec=5s\nOnUnitActiveSec=%ss\nAccuracySec=1s\nRandomizedDelaySec=0\n' "$interval" >"$overrides/interval.conf"
    systemctl daemon-reload
  fi
  systemctl start --no-block slipway-certificates.timer
}
