#!/bin/sh
# Makes a volume's folder. The pods that will use it run as any user.
set -eu
mkdir -m 0777 -p "$VOL_DIR"
