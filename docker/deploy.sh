#!/bin/sh
# Brings a version into production on this machine, players and all:
#
#   docker/deploy.sh update VERSION       # images with that tag; the one before comes back by itself when it fails
#   docker/deploy.sh serving              # which colour serves: blue or green
#
# Migrations first (the build before works with them), then the other colour beside the one that serves, the
# drain with its notice, the check that it took over, the smoke test, the page, and last the colour that is free now.
# Versions are kept in .env beside the compositions.
#
#   NOTICE           time that players are told before (default 5m)
#   DEPLOY_PULL      no: images are here already (default yes)
#   DEPLOY_WEBHOOK   address that is told how it ended, {"text": "..."}
set -eu

cd "$(dirname "$0")"
export COMPOSE_PROJECT_NAME="${COMPOSE_PROJECT_NAME:-massless}"
export COMPOSE_FILE="${COMPOSE_FILE:-docker-compose.prod.yml}"
versions=${VERSIONS_FILE:-.env}
# Seconds until a host lives, and until it serves once the other one has ended.
live_seconds=60
serve_seconds=60

say() {
    echo "deploy.sh: $*"
}

notify() {
    say "$*"
    [ -n "${DEPLOY_WEBHOOK:-}" ] || return 0
    # The words are ours: colours, a version, no quotes.
    curl --silent --show-error --max-time 10 --header 'content-type: application/json' \
        --data "{\"text\": \"massless: $*\"}" "$DEPLOY_WEBHOOK" >/dev/null || say "nobody could be told"
}

# In the container of a service that runs.
within() {
    docker compose exec -T "$@"
}

serves() {
    within "game-server-$1" massless status >/dev/null 2>&1
}

serving() {
    for colour in blue green; do
        if serves "$colour"; then
            echo "$colour"
            return 0
        fi
    done
    return 1
}

other() {
    if [ "$1" = blue ]; then echo green; else echo blue; fi
}

# A version in the file: NAME VALUE. The file is never half written.
keep() {
    touch "$versions"
    { grep -v "^$1=" "$versions" || true; echo "$1=$2"; } >"$versions.new"
    mv "$versions.new" "$versions"
}

version_of() {
    sed -n "s/^$1=//p" "$versions" 2>/dev/null | tail -n 1
}

name_of() {
    echo "$1_VERSION" | tr '[:lower:]' '[:upper:]'
}

# Nothing was moved yet: the versions are those of before.
leave() {
    keep "$(name_of "$to")" "$before"
    [ -z "$migrated" ] || keep MIGRATE_VERSION "$migrated"
    notify "update to $version failed: $1"
    exit 1
}

# The new one is ended; the one before stands by and takes over.
back() {
    say "$1: going back to $from"
    keep "$(name_of "$to")" "$before"
    docker compose stop "game-server-$to" || true
    if within "game-server-$from" massless status --wait "$serve_seconds" >/dev/null; then
        docker compose up --detach --no-deps "game-server-$to"
        notify "update to $version failed ($1), $from serves again"
    else
        notify "update to $version failed ($1), AND NOBODY SERVES"
    fi
    exit 1
}

update() {
    version=$1
    from=$(serving) || { say "nobody serves; see docs/operations.md, Runbooks" >&2; exit 2; }
    to=$(other "$from")
    before=$(version_of "$(name_of "$to")")
    before=${before:-$(version_of "$(name_of "$from")")}
    if [ -z "$before" ]; then
        say "$versions names no version of what runs now" >&2
        exit 2
    fi
    migrated=$(version_of MIGRATE_VERSION)
    say "$from serves; $to becomes $version"
    keep "$(name_of "$to")" "$version"
    keep MIGRATE_VERSION "$version"
    if [ "${DEPLOY_PULL:-yes}" = yes ] && ! docker compose pull --quiet "game-server-$to" migrate; then
        leave "no images, nothing was changed"
    fi
    if ! docker compose run --rm migrate; then
        leave "migration, $from serves on"
    fi
    docker compose up --detach --no-deps "game-server-$to"
    if ! within "game-server-$to" massless status --live --wait "$live_seconds"; then
        back "it does not live"
    fi
    within "game-server-$to" massless drain --host "game-server-$from" --notice "${NOTICE:-5m}" ||
        back "the drain"
    within "game-server-$to" massless status --wait "$serve_seconds" || back "it does not serve"
    within backup job.sh smoke || back "the smoke test"
    for service in CLIENT BACKUP "$from"; do
        keep "$(name_of "$service")" "$version"
    done
    if [ "${DEPLOY_PULL:-yes}" = yes ]; then
        docker compose pull --quiet game-client backup "game-server-$from"
    fi
    docker compose up --detach --no-deps game-client backup "game-server-$from"
    notify "$version serves ($to)"
}

case "${1:-}" in
    serving) serving || exit 1 ;;
    update)
        case "${2:-}" in
            '' | *[!A-Za-z0-9._-]*)
                echo "deploy.sh update VERSION: a tag of the images, such as 1.4.0" >&2
                exit 2
                ;;
        esac
        update "$2"
        ;;
    *)
        echo "deploy.sh update VERSION | serving" >&2
        exit 2
        ;;
esac
