//! `massless account`: hands out, forgets and promotes accounts, straight in the database.

use anyhow::Context as _;
use massless_store::Store;
use massless_store::repo::accounts::{self, Account, Role};
use massless_store::repo::bans::{self, Deed};
use massless_store::repo::export;

use super::factor;
use super::migrate::Database;
use super::report::{Outcome, WrongUse};
use crate::clock;
use crate::staff;

/// What to do with an account.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Prints all that is stored of an account, as JSON.
    Export(Named),
    /// Forgets an account: login, mail and password at once, the characters after seven days.
    Delete(Deletion),
    /// Gives an account another role: player, moderator, admin.
    Role(Promotion),
    /// Gives an account of the staff a second factor for the admin console, and shows it once.
    SecondFactor(factor::Arguments),
}

/// Which account.
#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    /// Its login after an @ (as in @anna), or the name of one of its characters.
    pub(super) whom: String,
    #[command(flatten)]
    pub(super) database: Database,
}

/// Which account to forget.
#[derive(Debug, clap::Args)]
pub(crate) struct Deletion {
    #[command(flatten)]
    named: Named,
    /// Really.
    #[arg(long)]
    yes: bool,
}

/// Which account gets which role.
#[derive(Debug, clap::Args)]
pub(crate) struct Promotion {
    #[command(flatten)]
    named: Named,
    /// player, moderator or admin.
    #[arg(long, value_parser = role)]
    to: Role,
}

fn role(word: &str) -> Result<Role, String> {
    let found = Role::ALL.into_iter().find(|role| role.word() == word);
    found.ok_or_else(|| "player, moderator or admin".to_owned())
}

/// Does it.
pub(crate) fn run(command: &Command) -> anyhow::Result<Outcome> {
    let (Command::Export(named)
    | Command::Delete(Deletion { named, .. })
    | Command::Role(Promotion { named, .. })
    | Command::SecondFactor(factor::Arguments { named, .. })) = command;
    if let Command::Delete(Deletion { yes: false, .. }) = command {
        let sentence = "this cannot be taken back; say so with --yes";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    let store = named.database.open()?;
    let account = store.with(|conn| staff::find(conn, &named.whom))?;
    let account = account.with_context(|| format!("there is no account of {:?}", named.whom))?;
    let now = clock::unix_millis().cast_signed();
    match command {
        Command::Export(_) => {
            let all = store.repeat(|conn| export::account(conn, account.id))?;
            println!("{}", serde_json::to_string_pretty(&all)?);
        }
        Command::SecondFactor(arguments) => factor::run(arguments, (&store, now), &account)?,
        Command::Delete(_) => delete(&store, now, &account)?,
        Command::Role(Promotion { to, .. }) => {
            let role = *to;
            let deed = deed(&account, "role", role.word());
            store.with(|conn| {
                conn.transaction(|conn| {
                    accounts::set_role(conn, account.id, role)?;
                    bans::audit(conn, now, &deed)
                })
            })?;
            println!("account {} is {} from now on", account.id, role.word());
        }
    }
    Ok(Outcome::Met)
}

fn delete(store: &Store, now: i64, account: &Account) -> anyhow::Result<()> {
    let deed = deed(account, "account-deleted", "");
    store.with(|conn| {
        conn.transaction(|conn| {
            export::delete_characters(conn, now, account.id)?;
            accounts::erase(conn, now, account.id)?;
            bans::audit(conn, now, &deed)
        })
    })?;
    println!("account {} is forgotten; its characters go in seven days", account.id);
    Ok(())
}

fn deed<'a>(account: &Account, action: &'a str, detail: &'a str) -> Deed<'a> {
    Deed { actor: "console", account: Some(account.id), action, subject: "account", detail }
}
