//! Accounts: who somebody is, how that is proven, and with which character they may join.
//!
//! Keys and tokens (`keys`, `token`), passwords (`password`), names (`login`). Everything here may
//! block and runs on workers, never on an async thread or in a tick.

pub(crate) mod keyfolder;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod password;
pub(crate) mod token;
