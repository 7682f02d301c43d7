#!/bin/sh
# Writes the secrets of docker-compose.prod.yml into files, from the environment that a secrets injector fills:
#
#   doppler run -- docker/secrets.sh
#
# SECRETS_DIR (default /run/massless/secrets) should be a folder in memory. Nothing is printed, and nothing goes
# by arguments, which a list of processes shows. What is missing is named, all of it, before anything is written.
set -eu

folder=${SECRETS_DIR:-/run/massless/secrets}

# Variable and file; by the names of the deployment document.
table='DATABASE_URL database_url
DB_PASSWORD db_password
BACKUP_DATABASE_URL backup_database_url
BACKUP_DB_PASSWORD backup_db_password
REDIS_URL redis_url
REDIS_PASSWORD redis_password
JWT_PRIVATE_KEY jwt_private_key
JWT_PUBLIC_KEY jwt_public_key
SMOKE_PASSWORD smoke_password
GRAFANA_PASSWORD grafana_password
WARN_WEBHOOK warn_webhook
PAGE_WEBHOOK page_webhook'

missing=
for variable in $(printf '%s\n' "$table" | cut -d ' ' -f 1); do
    eval "value=\${$variable:-}"
    [ -n "$value" ] || missing="$missing $variable"
done
if [ -n "$missing" ]; then
    echo "secrets.sh: not set:$missing" >&2
    exit 2
fi

umask 077
mkdir -p "$folder"
# Containers read as users of their own, so the folder keeps others out and the files do not.
chmod 0700 "$folder"
printf '%s\n' "$table" | while read -r variable file; do
    eval "value=\${$variable}"
    # A new file takes the place of the old one: who reads it meanwhile reads one of them whole.
    printf '%s' "$value" > "$folder/.$file"
    chmod 0444 "$folder/.$file"
    mv "$folder/.$file" "$folder/$file"
done
