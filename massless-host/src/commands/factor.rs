//! `massless account second-factor`: what an authenticator scans, and recovery codes, shown once.

use anyhow::Context as _;
use massless_store::Store;
use massless_store::repo::accounts::{Account, Role};
use massless_store::repo::bans::{self, Deed};
use massless_store::repo::second_factor;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use super::account::Named;
use super::report::WrongUse;
use crate::office::factor;

/// Whose factor.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) named: Named,
    /// Replace the factor that the account has; its recovery codes are void then.
    #[arg(long)]
    renew: bool,
    /// Take the factor away: the account cannot sign in to the console until it gets another one.
    #[arg(long, conflicts_with = "renew")]
    remove: bool,
    /// Print the factor as one line of JSON instead of a picture.
    #[arg(long)]
    json: bool,
}

/// Makes a factor, shows and stores it; or takes it away.
pub(super) fn run(
    arguments: &Arguments,
    (store, now): (&Store, i64),
    account: &Account,
) -> anyhow::Result<()> {
    let login = account.login.as_deref().unwrap_or_default();
    let note = |action| Deed {
        actor: "console",
        account: Some(account.id),
        action,
        subject: "account",
        detail: "",
    };
    if arguments.remove {
        store.with(|conn| {
            conn.transaction(|conn| {
                second_factor::remove(conn, account.id)?;
                bans::audit(conn, now, &note("second-factor.removed"))
            })
        })?;
        println!("account {} has no second factor any more", account.id);
        return Ok(());
    }
    if account.role < Role::Moderator || login.is_empty() {
        let sentence = "only the staff has a second factor; first: massless account role @LOGIN --to \
            moderator";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    let has_one = store.with(|conn| second_factor::of(conn, account.id))?.is_some();
    if has_one && !arguments.renew {
        let sentence = "the account has a second factor already; --renew makes another one";
        return Err(WrongUse(sentence.to_owned()).into());
    }
    let name = arguments.named.database.settings()?.server.name;
    let made = factor::draw(&name, login).context("the system has no randomness")?;
    store.with(|conn| {
        conn.transaction(|conn| {
            second_factor::enrol(conn, now, account.id, (&made.secret, &made.hashes()))?;
            bans::audit(conn, now, &note("second-factor"))
        })
    })?;
    if arguments.json {
        println!("{}", json!({ "uri": made.uri, "recovery": made.recovery }));
        return Ok(());
    }
    let picture = QrCode::new(&made.uri).context("the address fits into a picture")?;
    println!("{}\n", picture.render::<Dense1x2>().build());
    println!("Scan it with an authenticator, or give it this address:\n{}\n", made.uri);
    println!(
        "Recovery codes, each good once when the authenticator is lost; keep them apart from it:"
    );
    for code in &made.recovery {
        println!("  {code}");
    }
    println!("\nNothing of this is shown again.");
    Ok(())
}
