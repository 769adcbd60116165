#!/bin/sh
# Removes a volume's folder with everything in it.
set -eu
rm -rf "$VOL_DIR"
