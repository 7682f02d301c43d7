//! The tables' history, built in: brings a database to what this build needs, and back.

use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::{Connection, Link, each};
use crate::error::StoreError;
use crate::pool::Store;

const POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("../migrations/sqlite");
/// Two hosts that start at once migrate one after the other. The number means "massless".
const ADVISORY_LOCK: i64 = 0x6D61_7373_6C65_7373;

impl Store {
    /// Applies what is missing; the names of what was applied, in order.
    ///
    /// # Errors
    /// `Unavailable`, or `Migration` with what the database says.
    pub fn migrate(&self) -> Result<Vec<String>, StoreError> {
        self.alone(|conn| {
            let applied = match &mut conn.link {
                Link::Postgres(link) => names(link.run_pending_migrations(POSTGRES)),
                Link::Sqlite(link) => names(link.run_pending_migrations(SQLITE)),
            };
            applied.map_err(StoreError::Migration)
        })
    }

    /// Whether no migration was ever applied to the database.
    ///
    /// # Errors
    /// What the database says.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        let mut conn = self.connect()?;
        let applied = each!(conn, link => link.applied_migrations());
        Ok(applied.map_err(|error| StoreError::Migration(error.to_string()))?.is_empty())
    }

    /// The names of migrations that this build has and the database does not.
    ///
    /// # Errors
    /// `Unavailable`, or `Migration`.
    pub fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        use diesel::migration::Migration;
        let mut conn = self.connect()?;
        let pending = match &mut conn.link {
            Link::Postgres(link) => link
                .pending_migrations(POSTGRES)
                .map(|all| all.iter().map(|one| one.name().to_string()).collect()),
            Link::Sqlite(link) => link
                .pending_migrations(SQLITE)
                .map(|all| all.iter().map(|one| one.name().to_string()).collect()),
        };
        pending.map_err(|error| StoreError::Migration(error.to_string()))
    }

    /// Takes back the newest migration, and all data that stands in it; its name.
    ///
    /// # Errors
    /// `Unavailable`, or `Migration`, also when there is none.
    pub fn revert_last(&self) -> Result<String, StoreError> {
        self.alone(|conn| {
            let reverted = match &mut conn.link {
                Link::Postgres(link) => link.revert_last_migration(POSTGRES),
                Link::Sqlite(link) => link.revert_last_migration(SQLITE),
            };
            let version = reverted.map_err(|error| StoreError::Migration(error.to_string()))?;
            Ok(version.to_string())
        })
    }

    /// With a connection of its own, while no other host does the same.
    fn alone<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut conn = self.connect()?;
        if matches!(conn.link, Link::Postgres(_)) {
            let lock = format!("SELECT pg_advisory_lock({ADVISORY_LOCK})");
            each!(conn, link => link.batch_execute(&lock))?;
        }
        // The lock ends with the connection.
        work(&mut conn)
    }
}

fn names<T: std::fmt::Display>(
    outcome: diesel::migration::Result<Vec<T>>,
) -> Result<Vec<String>, String> {
    match outcome {
        Ok(all) => Ok(all.iter().map(ToString::to_string).collect()),
        Err(error) => Err(error.to_string()),
    }
}
