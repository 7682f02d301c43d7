#!/bin/sh
# Updates a machine over SSH: its checkout to this commit, then docker/deploy.sh there, which does all the rest and
# tells how it ended. By hand the same: the variables below, and a version as the argument.
#
#   DEPLOY_HOST       user@host
#   DEPLOY_KEY        private key for it
#   DEPLOY_HOST_KEY   line of known_hosts, so that nobody else is believed to be it
#   DOPPLER_TOKEN     reads the secrets of that environment; it goes by standard input, not by arguments
#   NOTICE, COMPOSE_FILE   as in docker/deploy.sh
set -eu

version=${1:?a version}
: "${DEPLOY_HOST:?}" "${DEPLOY_KEY:?}" "${DEPLOY_HOST_KEY:?}" "${DOPPLER_TOKEN:?}" "${NOTICE:?}" "${COMPOSE_FILE:?}"
case "$version$NOTICE$COMPOSE_FILE" in
    *[!A-Za-z0-9._:-]*) echo "deploy.sh: letters, digits, dots, colons and hyphens only" >&2; exit 2 ;;
esac
commit=$(git rev-parse HEAD)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
umask 077
printf '%s\n' "$DEPLOY_KEY" >"$folder/key"
printf '%s\n' "$DEPLOY_HOST_KEY" >"$folder/known_hosts"

# All is checked above: nothing in these words is read twice.
# shellcheck disable=SC2029
printf '%s\n' "$DOPPLER_TOKEN" | ssh -i "$folder/key" -o "UserKnownHostsFile=$folder/known_hosts" \
    -o StrictHostKeyChecking=yes -o BatchMode=yes "$DEPLOY_HOST" "
    set -eu
    read -r DOPPLER_TOKEN && export DOPPLER_TOKEN
    cd massless && git fetch --quiet origin && git checkout --quiet --detach $commit
    export NOTICE=$NOTICE COMPOSE_FILE=$COMPOSE_FILE
    doppler run -- docker/secrets.sh
    doppler run -- docker/deploy.sh update $version
"
