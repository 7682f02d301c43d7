//! The store on both databases: every test runs on a SQLite file and on a real PostgreSQL, each with a
//! database of its own.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers and macros of theirs included")]

mod accounts;
mod away;
mod catalog;
mod characters;
mod console;
mod frozen;
mod guards;
mod history;
mod leases;
mod model;
mod operations;
mod post;
mod realm;
mod snapshots;
mod verify;

/// Writes each test twice: for PostgreSQL and for SQLite.
macro_rules! on_both {
    ($($(#[$about:meta])* fn $name:ident($realm:ident) $body:block)*) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs all of its neighbours")]
            use super::*;

            fn test($realm: &crate::realm::Realm) $body

            #[test]
            fn postgres() {
                test(&crate::realm::Realm::postgres());
            }

            #[test]
            fn sqlite() {
                test(&crate::realm::Realm::sqlite());
            }
        }
    )*};
}

pub(crate) use on_both;
