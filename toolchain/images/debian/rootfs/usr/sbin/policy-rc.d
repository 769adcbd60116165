#!/bin/sh
# Packages that are installed while an image is built start no services.
exit 101
