#!/bin/sh
# Makes Gitea's accounts what the Secret says, before anybody can reach it: the administrator with its password, and for each
# repository that is to be there a user who may read that one and nothing else. Gitea's own commands take a password as an
# argument, where whoever sees processes sees it; its API does not. So it answers here for a moment, to this pod alone.
#
# Usage: git-accounts.sh CONFIG ACCOUNTS
#   CONFIG    Gitea's app.ini
#   ACCOUNTS  a folder: `username` and `password` of the administrator, and the password of each `reader.<repository>`
set -eu
umask 077
accounts=$2 port=3001 scratch=$(mktemp -d)
sed "s/^HTTP_PORT = .*/HTTP_PORT = $port\nHTTP_ADDR = 127.0.0.1/" "$1" >"$scratch/app.ini"
administrator=$(cat "$accounts/username") password=$(cat "$accounts/password")

users() { gitea --config "$scratch/app.ini" admin user "$@"; }

# ask LOGIN METHOD PATH [JSON]: LOGIN as a line of curl's configuration. It prints the status of the answer.
ask() {
  printf '%s' "${4:-}" >"$scratch/body"
  curl --config - --silent --show-error --output "$scratch/answer" --write-out '%{http_code}' <<CURL
$1
request = "$2"
url = "http://127.0.0.1:$port/api/v1$3"
header = "Content-Type: application/json"
data-binary = "@$scratch/body"
CURL
}

# expect CODES METHOD PATH [JSON]: fails with what Gitea said when its answer is none of these
expect() {
  codes=$1 && shift
  code=$(ask "header = \"Authorization: token $token\"" "$@")
  case " $codes " in *" $code "*) return ;; esac
  echo "$1 $2: HTTP $code $(cat "$scratch/answer")" >&2
  return 1
}

has_administrator() { users list --admin | awk '{ print $2 }' | grep -qxF "$administrator"; }

# account NAME PASSWORD: the part of a body that every change of a user has
account() { printf '%s' "\"login_name\":\"$1\",\"source_id\":0,\"password\":\"$2\",\"must_change_password\":false"; }

gitea --config "$scratch/app.ini" migrate
has_administrator || users create --admin --username "$administrator" --random-password \
  --email "$administrator@localhost" --must-change-password=false >"$scratch/answer"
token_name="accounts-$(date +%s)"
token=$(users generate-access-token --username "$administrator" --token-name "$token_name" \
  --scopes write:admin,write:repository,write:user --raw)
gitea --config "$scratch/app.ini" web >"$scratch/log" 2>&1 &
server=$!
# The token that is only for this goes, and Gitea ends, as the next one would find its queues locked.
finish() {
  ask "user = \"$administrator:$password\"" DELETE "/users/$administrator/tokens/$token_name" >"$scratch/log" 2>&1 || true
  kill "$server" 2>/dev/null || true
  wait "$server" || true
  rm -rf "$scratch"
}
trap finish EXIT

until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/api/healthz"; do
  kill -0 "$server" 2>/dev/null || { cat "$scratch/log" >&2 && exit 1; }
  sleep 0.2
done
expect 200 PATCH "/admin/users/$administrator" "{$(account "$administrator" "$password")}"
for file in "$accounts"/reader.*; do
  [ -e "$file" ] || continue
  repository=${file##*/reader.}
  reader=$repository-reader
  what="$(account "$reader" "$(cat "$file")"),\"restricted\":true"
  expect "200 404" GET "/users/$reader"
  [ "$code" = 200 ] ||
    expect 201 POST /admin/users "{\"username\":\"$reader\",\"email\":\"$reader@git.invalid\",$what}"
  expect 200 PATCH "/admin/users/$reader" "{$what,\"max_repo_creation\":0,\"allow_create_organization\":false}"
  expect "201 409" POST /user/repos "{\"name\":\"$repository\",\"private\":true,\"default_branch\":\"main\"}"
  expect 204 PUT "/repos/$administrator/$repository/collaborators/$reader" "{\"permission\":\"read\"}"
done
