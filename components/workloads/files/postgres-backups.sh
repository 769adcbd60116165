#!/bin/bash
# Backs a PostgreSQL database up, or restores it: `postgres-backups.sh backup|restore`. Which database, PG* variables say.
#
#   BACKUPS  folder of the backups
#   KEEP     how many there are at most of each kind: of those on schedule, and of those before a restore
#   FROM     for restore: a backup's name, `latest`, or `list`, which only says what there is. Default latest
#   UNSAVED  for restore: `yes` restores also when what is there now cannot be backed up first
set -euo pipefail
cd "$BACKUPS"

# One at a time: a backup of a half-restored database would be worth nothing.
exec 9>.lock
flock 9

# Sorted by name they are sorted by time. What begins another way is no backup.
of_kind() { find . -maxdepth 1 -type f -regex "\./$PGDATABASE-[-0-9T]*Z$1\.dump" -printf '%f\n' | sort; }
all() { find . -maxdepth 1 -type f -name "*.dump" -printf '%f  %s bytes\n' | sort; }

# A pod's first connections are refused until its network policies are in force, which is a moment after its start; and the
# server itself may be starting. What is wrong with it after that, pg_dump says.
wait_for_server() {
  local try
  for ((try = 0; try < 60; try++)); do
    pg_isready --quiet && return
    sleep 1
  done
}

# Makes a backup, and drops the oldest of its kind. $1: what its name ends with, by kind. Gives up at once where it is
# part of a condition, too, in which `set -e` counts for nothing.
back_up() {
  local name
  name=$PGDATABASE-$(date --utc +%Y-%m-%dT%H-%M-%SZ)$1.dump
  # Left by one that was killed.
  rm -f ./*.part
  wait_for_server
  pg_dump --format=custom --file="$name.part" || return
  # Reads it all: an archive that is cut off or broken is no backup.
  pg_restore --file=/dev/null "$name.part" || return
  sync "$name.part" || return
  mv "$name.part" "$name"
  sync .
  echo "backed up $PGDATABASE to $name, $(stat --format=%s "$name") bytes"
  of_kind "$1" | head --lines=-"$KEEP" | while read -r old; do
    rm "./$old"
    echo "removed $old, as $KEEP are kept"
  done
}

restore() {
  local from=${FROM:-latest}
  if [ "$from" = list ]; then
    all
    return
  fi
  [ "$from" != latest ] || from=$(of_kind "" | tail --lines=1)
  if [ -z "$from" ] || [ ! -f "./${from##*/}" ]; then
    echo "there is no backup ${FROM:-latest}; these are there:" >&2
    all >&2
    exit 1
  fi
  from=${from##*/}
  pg_restore --file=/dev/null "$from"
  if ! back_up -before-restore; then
    if [ "${UNSAVED:-}" != yes ]; then
      echo "$PGDATABASE cannot be backed up as it is now, and nothing was changed; UNSAVED=yes restores all the same" >&2
      exit 1
    fi
    echo "$PGDATABASE could not be backed up as it was"
  fi
  # All or nothing; programs that use the database go on before and after it. One that never ends is not waited for.
  PGOPTIONS='-c lock_timeout=60s' \
    pg_restore --dbname="$PGDATABASE" --clean --if-exists --no-owner --single-transaction --exit-on-error "$from"
  echo "restored $PGDATABASE from $from"
}

case ${1-} in
  backup) back_up "" ;;
  restore) restore ;;
  *) echo "usage: postgres-backups.sh backup|restore" >&2 && exit 2 ;;
esac
