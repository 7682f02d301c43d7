//! What the staff orders: who is sent away, muted, banned, and what is announced. Every order is
//! checked against the role of who gives it, written into the audit, and told to all hosts.

use std::sync::Arc;

use massless_net::session::name::fold_name;
use massless_store::repo::accounts::{self, Account, Role};
use massless_store::repo::bans::{self, Ban, Deed};
use massless_store::repo::friends;
use massless_store::shared::{Shared, Topic};
use massless_store::{Connection, Store, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::login;
use crate::chat::{Order, Talk, is_forbidden};
use crate::limits::{ANNOUNCEMENT_SCALARS_MAX, BAN_HOURS_MAX, MUTE_SECONDS_MAX};

/// An order of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "order", deny_unknown_fields)]
pub(crate) enum StaffOrder {
    /// Says something to everybody. Admins.
    Announce {
        /// What.
        #[schema(min_length = 1, max_length = 200)]
        text: String,
    },
    /// Ends the sessions of an account in the world. Moderators.
    Kick {
        /// The name of one of its characters, or its login after an `@`.
        whom: String,
    },
    /// Takes a character's voice for a while. Moderators.
    Mute {
        /// The character's name.
        whom: String,
        /// For so long; 0 gives it back.
        #[schema(maximum = 2592000)]
        seconds: u64,
    },
    /// Bans an account and ends all its sessions. Moderators.
    Ban {
        /// The name of one of its characters, or its login after an `@`.
        whom: String,
        /// Why, for the one who is banned.
        #[schema(min_length = 1, max_length = 200)]
        reason: String,
        /// For so long; without it for good.
        #[schema(minimum = 1, maximum = 87600)]
        hours: Option<i64>,
    },
    /// Lifts all bans of an account. Moderators.
    Unban {
        /// The name of one of its characters, or its login after an `@`.
        whom: String,
    },
}

/// Who gives an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    /// How the audit names it.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) role: Role,
}

/// Why an order is not obeyed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StaffError {
    /// The role does not allow it.
    #[error("this account may not do that")]
    Forbidden,
    /// Nobody is called that.
    #[error("there is nobody of this name")]
    Nobody,
    /// A text or a number breaks the rules.
    #[error("{0}")]
    Bad(&'static str),
    /// The database says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where orders go.
#[derive(Clone)]
pub(crate) struct Staff {
    /// Accounts, bans and the audit.
    pub(crate) store: Store,
    /// The way to all hosts.
    pub(crate) shared: Arc<dyn Shared>,
    /// The way to everybody's ear.
    pub(crate) talk: Talk,
}

impl Staff {
    /// Does what is ordered at `now` (Unix milliseconds). Blocks.
    pub(crate) fn obey(
        &self,
        now: i64,
        actor: &Actor,
        order: StaffOrder,
    ) -> Result<(), StaffError> {
        let least = match order {
            StaffOrder::Announce { .. } => Role::Admin,
            _ => Role::Moderator,
        };
        if actor.role < least {
            return Err(StaffError::Forbidden);
        }
        match order {
            StaffOrder::Announce { text } => self.announce(now, actor, text),
            StaffOrder::Kick { whom } => {
                let account = self.judge(now, actor, ("kick", &whom, ""), |_, _| Ok(()))?;
                self.send_away(account)
            }
            StaffOrder::Mute { whom, seconds } => self.mute(now, actor, (&whom, seconds)),
            StaffOrder::Ban { whom, reason, hours } => {
                self.ban(now, actor, (&whom, &reason, hours))
            }
            StaffOrder::Unban { whom } => {
                self.judge(now, actor, ("unban", &whom, ""), |conn, account| {
                    bans::lift(conn, now, account).map(|_| ())
                })?;
                Ok(())
            }
        }
    }

    fn announce(&self, now: i64, actor: &Actor, text: String) -> Result<(), StaffError> {
        check_text(&text)?;
        let deed = Deed {
            actor: &actor.name,
            account: None,
            action: "announce",
            subject: "everybody",
            detail: &text,
        };
        self.store.with(|conn| bans::audit(conn, now, &deed))?;
        self.talk.announce(text);
        Ok(())
    }

    fn mute(
        &self,
        now: i64,
        actor: &Actor,
        (whom, seconds): (&str, u64),
    ) -> Result<(), StaffError> {
        if seconds > MUTE_SECONDS_MAX {
            return Err(StaffError::Bad("a mute lasts at most 30 days"));
        }
        let found = self.store.with(|conn| friends::named(conn, &fold_name(whom)))?;
        let (character, _) = found.ok_or(StaffError::Nobody)?;
        let detail = format!("{seconds} s");
        let until = now.saturating_add_unsigned(seconds.saturating_mul(1_000));
        self.judge(now, actor, ("mute", whom, &detail), |conn, _| {
            bans::mute(conn, now, character, (&actor.name, until))
        })?;
        let order = Order::Mute { character, seconds };
        self.shared.publish(Topic::Order, &order.to_bytes());
        Ok(())
    }

    fn ban(
        &self,
        now: i64,
        actor: &Actor,
        (whom, reason, hours): (&str, &str, Option<i64>),
    ) -> Result<(), StaffError> {
        check_text(reason)?;
        if hours.is_some_and(|hours| !(1..=BAN_HOURS_MAX).contains(&hours)) {
            return Err(StaffError::Bad("a ban lasts from one hour to ten years, or for good"));
        }
        let until_at = hours.map(|hours| now + hours * 3_600_000);
        let ban = Ban { reason: reason.to_owned(), until_at };
        let length = hours.map_or_else(|| "for good".to_owned(), |hours| format!("{hours} h"));
        let detail = format!("{length}: {reason}");
        let account = self.judge(now, actor, ("ban", whom, &detail), |conn, account| {
            bans::ban(conn, now, account, (&actor.name, &ban))?;
            accounts::end_sessions(conn, now, account).map(|_| ())
        })?;
        self.send_away(account)
    }

    /// Finds the account, makes sure that it is below the actor, does `what` and writes it down, all
    /// in one transaction; the account.
    fn judge(
        &self,
        now: i64,
        actor: &Actor,
        (action, whom, detail): (&str, &str, &str),
        what: impl FnOnce(&mut Connection, u64) -> Result<(), StoreError>,
    ) -> Result<u64, StaffError> {
        self.store.with(|conn| {
            conn.transaction(|conn| {
                let Some(account) = find(conn, whom)? else { return Ok(Err(StaffError::Nobody)) };
                if account.role >= actor.role {
                    return Ok(Err(StaffError::Forbidden));
                }
                what(conn, account.id)?;
                let (account, subject) = (Some(account.id), whom);
                let deed = Deed { actor: &actor.name, account, action, subject, detail };
                bans::audit(conn, now, &deed)?;
                Ok(account.ok_or(StaffError::Nobody))
            })
        })?
    }

    fn send_away(&self, account: u64) -> Result<(), StaffError> {
        self.shared.publish(Topic::Order, &Order::SendAway { account }.to_bytes());
        Ok(())
    }
}

/// The account of a login after an `@`, else of a character.
pub(crate) fn find(conn: &mut Connection, whom: &str) -> Result<Option<Account>, StoreError> {
    if let Some(name) = whom.strip_prefix('@') {
        return match login::fold(name) {
            Some(key) => accounts::by_login(conn, &key),
            None => Ok(None),
        };
    }
    match friends::named(conn, &fold_name(whom))? {
        Some((_, account)) => accounts::by_id(conn, account),
        None => Ok(None),
    }
}

fn check_text(text: &str) -> Result<(), StaffError> {
    let letters = text.chars().count();
    if !(1..=ANNOUNCEMENT_SCALARS_MAX).contains(&letters) || text.chars().any(is_forbidden) {
        return Err(StaffError::Bad("a text has 1 to 200 letters in one line"));
    }
    Ok(())
}
