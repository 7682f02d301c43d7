//! Secrets for one run, by the names that `docker/secrets.sh` wants; they go with the stage.

use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::shell;

/// Bytes of a password.
const LENGTH: usize = 24;

/// All of them, drawn.
pub(super) fn draw(folder: &Path) -> Result<Vec<(&'static str, String)>> {
    let [database, backup, redis, smoke, grafana] = [(); 5].map(|()| password());
    let (database, backup, redis) = (database?, backup?, redis?);
    let key = folder.join("private.pem");
    let generate = ["genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
    shell::output(Command::new("openssl").args(generate).arg("-out").arg(&key))?;
    let public = ["pkey", "-pubout", "-in"];
    let public = shell::output(Command::new("openssl").args(public).arg(&key))?;
    let private = std::fs::read_to_string(&key)?;
    std::fs::remove_file(key)?;
    let postgres =
        |user: &str, password: &str| format!("postgres://{user}:{password}@postgres:5432/massless");
    Ok(vec![
        ("DATABASE_URL", postgres("massless", &database)),
        ("DB_PASSWORD", database),
        ("BACKUP_DATABASE_URL", postgres("massless_backup", &backup)),
        ("BACKUP_DB_PASSWORD", backup),
        ("REDIS_URL", format!("redis://:{redis}@redis:6379/")),
        ("REDIS_PASSWORD", redis),
        ("JWT_PRIVATE_KEY", private),
        ("JWT_PUBLIC_KEY", public),
        ("SMOKE_PASSWORD", smoke?),
        ("GRAFANA_PASSWORD", grafana?),
        // Nobody listens there.
        ("WARN_WEBHOOK", "http://127.0.0.1:9/warn".to_owned()),
        ("PAGE_WEBHOOK", "http://127.0.0.1:9/page".to_owned()),
    ])
}

fn password() -> Result<String> {
    let mut bytes = [0; LENGTH];
    let mut source = std::fs::File::open("/dev/urandom").context("no random numbers")?;
    source.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
