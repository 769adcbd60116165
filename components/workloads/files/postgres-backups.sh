#!/bin/bash
# Backs a PostgreSQL database up, or restores it: `postgres-backups.sh backup|choose|restore`. Which database, PG* variables
# say. `choose` only says which backup FROM means.
#
#   BACKUPS    folder of the backups
#   KEEP       which of them stay, of each kind (those on schedule, those before a restore): four numbers, of the last ones, and
#              of the most recent hours, days and weeks that have one, the last of which stays
#   RECIPIENT  for backup: public half of the key that they are encrypted to by `age`; empty: they are not
#   FROM       for restore: a backup's name, `latest`, or `list`, which only says what there is. Default latest
#   CLEAR      for restore: `stdin` where an encrypted backup comes on standard input, decrypted by who has the key
#   UNSAVED    for restore: `yes` restores also when what is there now cannot be backed up first
set -euo pipefail
cd "$BACKUPS"
work=$(mktemp --directory)
trap 'rm -rf "$work"' EXIT

# One at a time: a backup of a half-restored database would be worth nothing.
exec 9>.lock
flock 9

# Sorted by name they are sorted by time. What begins another way is no backup.
of_kind() { find . -maxdepth 1 -type f -regex "\./$PGDATABASE-[-0-9T]*Z$1\.dump\(\.age\)?" -printf '%f\n' | sort; }
all() { find . -maxdepth 1 -type f \( -name "*.dump" -o -name "*.dump.age" \) -printf '%f  %s bytes\n' | sort; }

# A pod's first connections are refused until its network policies are in force, which is a moment after its start; and the
# server itself may be starting. What is wrong with it after that, pg_dump says.
wait_for_server() {
  local try
  for ((try = 0; try < 60; try++)); do
    pg_isready --quiet && return
    sleep 1
  done
}

encrypted() { if [ -n "${RECIPIENT:-}" ]; then age --encrypt --recipient "$RECIPIENT"; else cat; fi; }

# An archive of the database on standard output, which is read to its end meanwhile: one that is cut off or broken is no backup.
archive() {
  local reader
  rm -f "$work/copy"
  mkfifo "$work/copy"
  pg_restore --file=/dev/null <"$work/copy" &
  reader=$!
  if ! pg_dump --format=custom | tee "$work/copy"; then
    wait "$reader" || true
    return 1
  fi
  wait "$reader"
}

# Makes a backup, and drops those of its kind that do not stay. $1: what its name ends with, by kind. Gives up at once where
# it is part of a condition, too, in which `set -e` counts for nothing.
back_up() {
  local name
  name=$PGDATABASE-$(date --utc +%Y-%m-%dT%H-%M-%SZ)$1.dump${RECIPIENT:+.age}
  # Left by one that was killed.
  rm -f ./*.part
  wait_for_server
  archive | encrypted >"$name.part" || return
  sync "$name.part" || return
  mv "$name.part" "$name"
  sync .
  echo "backed up $PGDATABASE to $name, $(stat --format=%s "$name") bytes"
  prune "$1"
}

# Removes those of a kind that do not stay: as machine-image/rootfs/usr/lib/slipway/backups/keep.py has it.
prune() {
  local last hourly daily weekly name time period stays
  local -A left seen=()
  read -r last hourly daily weekly <<<"$KEEP"
  left=([last]=$last [hourly]=$hourly [daily]=$daily [weekly]=$weekly)
  while read -r name; do
    time=${name#"$PGDATABASE-"}
    stays=no
    for period in "last $name" "hourly ${time:0:13}" "daily ${time:0:10}" "weekly $(date --utc --date "${time:0:10}" +%G-%V)"; do
      if [ -z "${seen[$period]:-}" ] && ((left[${period%% *}] > 0)); then
        left[${period%% *}]=$((left[${period%% *}] - 1))
        stays=yes
      fi
      seen[$period]=yes
    done
    [ "$stays" = yes ] || { rm "./$name" && echo "removed $name"; }
  done < <(of_kind "$1" | sort --reverse)
}

# The name of the one that FROM means.
chosen() {
  local from=${FROM:-latest}
  [ "$from" != latest ] || from=$(of_kind "" | tail --lines=1)
  if [ -z "$from" ] || [ ! -f "./${from##*/}" ]; then
    echo "there is no backup ${FROM:-latest}; these are there:" >&2
    all >&2
    return 1
  fi
  echo "${from##*/}"
}

restore() {
  local from
  if [ "${FROM:-latest}" = list ]; then
    all
    return
  fi
  from=$(chosen)
  if [[ $from != *.age ]]; then
    pg_restore --file=/dev/null "$from"
  elif [ "${CLEAR:-}" != stdin ]; then
    echo "$from is encrypted, and the key is not here: make restore decrypts it" >&2
    exit 1
  fi
  if ! back_up -before-restore; then
    if [ "${UNSAVED:-}" != yes ]; then
      echo "$PGDATABASE cannot be backed up as it is now, and nothing was changed; UNSAVED=yes restores all the same" >&2
      exit 1
    fi
    echo "$PGDATABASE could not be backed up as it was"
  fi
  if [[ $from == *.age ]]; then put_back; else put_back "$from"; fi
  echo "restored $PGDATABASE from $from"
}

# All or nothing, of a file or of standard input, of which one that is cut off is refused at its end. Programs that use the
# database go on before and after it; one that never ends is not waited for.
put_back() {
  PGOPTIONS='-c lock_timeout=60s' \
    pg_restore --dbname="$PGDATABASE" --clean --if-exists --no-owner --single-transaction --exit-on-error "$@"
}

case ${1-} in
  backup) back_up "" ;;
  choose) chosen ;;
  restore) restore ;;
  *) echo "usage: postgres-backups.sh backup|choose|restore" >&2 && exit 2 ;;
esac
