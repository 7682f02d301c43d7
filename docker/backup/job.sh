#!/bin/sh
# One task of the backups by name, beside the agent that runs them on its schedule:
#   docker compose exec backup job.sh base|dump|restore-test|verify|smoke
set -eu

exec massless backup-agent --to "${BACKUP_DIR:-/backups}" --once "${1:-}"
