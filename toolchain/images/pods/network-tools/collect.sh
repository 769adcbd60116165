#!/bin/sh
# collect.sh TARGET PROGRAM…: copies programs of this system with the libraries and the data that they load.
set -eu
target=$1
shift

# Debian merged /bin, /sbin and /lib into /usr, and has links in their old places.
mkdir -p "$target/usr/bin" "$target/usr/sbin" "$target/usr/lib" "$target/usr/lib64"
for link in bin sbin lib lib64; do ln -s "usr/$link" "$target/$link"; done

# Copies a file to where it really is, but under the name by which it was asked for.
copy_file() {
  place=$(realpath "$(dirname "$1")")
  mkdir -p "$target$place"
  cp --dereference "$1" "$target$place/"
}
copy_libraries() { ldd "$1" | grep -o '/[^ ]*' | while read -r library; do copy_file "$library"; done; }

for name in "$@"; do
  program=$(command -v "$name")
  real=$(realpath "$program")
  copy_file "$real"
  copy_libraries "$real"
  # One program may have many names, as iptables' does.
  link=$target$(realpath "$(dirname "$program")")/$name
  [ -e "$link" ] || ln -s "$real" "$link"
done

# Loaded by name while running: iptables' matches and targets.
find /usr/lib -path '*/xtables/*.so' | while read -r extension; do
  copy_file "$extension"
  copy_libraries "$extension"
done
# Tables of names: iproute2's and the system's.
cp -r --parents /etc/iproute2 /etc/protocols /etc/services "$target"
