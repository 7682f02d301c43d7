#!/bin/sh
# Makes the role of the backups, or gives it its password anew: it reads all tables and the log, and writes
# nothing. Run by the service backup-role at every start; the password goes by standard input, never by arguments.
set -eu

export PGHOST="${PGHOST:-postgres}" PGUSER="${PGUSER:-massless}" PGDATABASE="${PGDATABASE:-massless}"
PGPASSWORD=$(cat "${DB_PASSWORD_FILE:-/run/secrets/db_password}")
export PGPASSWORD

exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 <<'SQL'
-- Not even a slow statement may reach the log of the server.
SET log_min_duration_statement = -1;
SET log_min_error_statement = panic;
\set password `cat "${BACKUP_DB_PASSWORD_FILE:-/run/secrets/backup_db_password}"`
SELECT 'CREATE ROLE massless_backup' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'massless_backup') \gexec
ALTER ROLE massless_backup LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE CONNECTION LIMIT 10 PASSWORD :'password';
GRANT pg_read_all_data TO massless_backup;
SQL
