#!/bin/bash
# What the published image of PostgreSQL does at its start, as far as the compositions of docker/ need it: the
# first start makes the data folder, the user with its password, and the database; then the server runs as the
# user postgres.
set -euo pipefail

if [ "${1:-}" != postgres ]; then
    exec "$@"
fi
if [ "$(id -u)" = 0 ]; then
    chown postgres:postgres "$PGDATA"
    chmod 0700 "$PGDATA"
    exec setpriv --reuid postgres --regid postgres --clear-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    user=${POSTGRES_USER:-postgres}
    password=${POSTGRES_PASSWORD:-}
    if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
        password=$(<"$POSTGRES_PASSWORD_FILE")
    fi
    if [ -z "$password" ]; then
        echo "neither POSTGRES_PASSWORD nor POSTGRES_PASSWORD_FILE is set" >&2
        exit 1
    fi
    read -ra more <<<"${POSTGRES_INITDB_ARGS:-}"
    initdb --username "$user" --pwfile <(printf '%s\n' "$password") "${more[@]}"
    printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
    # Nobody else reaches it while it is made.
    pg_ctl --wait --options "-c listen_addresses=''" start
    database=${POSTGRES_DB:-$user}
    if [ "$database" != postgres ]; then
        PGPASSWORD=$password psql --no-psqlrc --username "$user" --dbname postgres --set ON_ERROR_STOP=1 \
            --set database="$database" <<<'CREATE DATABASE :"database";'
    fi
    pg_ctl --wait --mode fast stop
fi
exec "$@"
