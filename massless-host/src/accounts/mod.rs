//! Accounts: who somebody is, how that is proven, and with which character they may join.
//!
//! ```text
//! register, log in, guest -> access token (15 min) + refresh token (7 days, used once each)
//! access token            -> whoever calls /api/v1
//! access token            -> ticket (30 s, used once) -> the game socket
//! ```
//! Keys and tokens stand in `keys` and `token`, passwords in `password`. Everything here may block
//! and runs on workers, never on an async thread or in a tick. The database decides; what Redis
//! lost makes no difference to who somebody is.

pub(crate) mod keyfolder;
pub(crate) mod keys;
pub(crate) mod login;
pub(crate) mod password;
mod secrets;
pub(crate) mod token;

use massless_net::session::ticket::Ticket;
use massless_store::repo::accounts::{self, Account, NewAccount, Role};
use massless_store::repo::bans::{self, Ban, Deed};
use massless_store::repo::tickets::{self, Admitted};
use massless_store::repo::tokens::{self, Family, Login, Rotation};
use massless_store::{Connection, Store, StoreError};

use self::password::PasswordError;
use self::secrets::{RefreshToken, family_of_text, text_of_family};
use self::token::{Subject, TokenError, Tokens};
use crate::limits::ACCESS_SECONDS;

/// Why something about an account was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    /// The token is no good.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The login breaks the rules.
    #[error("not a login")]
    BadLogin,
    /// That is no address of mail.
    #[error("not an address of mail")]
    BadEmail,
    /// The password cannot be taken.
    #[error("not a password")]
    BadPassword(PasswordError),
    /// The login is in use.
    #[error("the login is in use")]
    Taken,
    /// No account has this login and password.
    #[error("no such login and password")]
    Unknown,
    /// The account is banned.
    #[error("banned")]
    Banned(Ban),
    /// A guest has no password.
    #[error("a guest cannot do that")]
    Guest,
    /// The refresh token is no good.
    #[error("the refresh token is not valid")]
    Refused,
    /// The refresh token came twice.
    #[error("the refresh token was used before")]
    Reused,
    /// The ticket is no good.
    #[error("the ticket is not valid")]
    NoTicket,
    /// The database says no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session that has just begun or gone on.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Whose.
    pub(crate) account: Account,
    /// The access token.
    pub(crate) access: String,
    /// Seconds it lives.
    pub(crate) expires_in: u64,
    /// The refresh token that follows, for the cookie.
    pub(crate) refresh: String,
}

/// Whose access token that was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proven {
    /// The account.
    pub(crate) account: Account,
    /// The log-in.
    pub(crate) family: Family,
}

/// What somebody wants to be called and to prove itself by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credentials<'a> {
    /// The login.
    pub(crate) login: &'a str,
    /// The password.
    pub(crate) password: &'a str,
}

/// All accounts of the realm, as this host sees them.
pub(crate) struct Accounts {
    store: Store,
    tokens: Tokens,
    host: String,
}

impl Accounts {
    /// Accounts of that store; tickets are written for `host`.
    pub(crate) const fn new(store: Store, tokens: Tokens, host: String) -> Self {
        Self { store, tokens, host }
    }

    /// The store.
    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// The tokens.
    pub(crate) const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Makes an account and logs it in. Hashes a password.
    pub(crate) fn register(
        &self,
        now: i64,
        wanted: Credentials<'_>,
        email: Option<&str>,
    ) -> Result<Opened, AuthError> {
        let key = login::fold(wanted.login).ok_or(AuthError::BadLogin)?;
        if email.is_some_and(|email| !login::is_email(email)) {
            return Err(AuthError::BadEmail);
        }
        password::check(wanted.login, wanted.password).map_err(AuthError::BadPassword)?;
        if self.store.with(|conn| accounts::by_login(conn, &key))?.is_some() {
            return Err(AuthError::Taken);
        }
        let hash = password::hash(wanted.password);
        let new =
            NewAccount::Member { login: wanted.login, key: &key, email, password_hash: &hash };
        match self.begin(now, |conn| accounts::create(conn, now, &new)) {
            Err(AuthError::Store(StoreError::Taken(_))) => Err(AuthError::Taken),
            other => other,
        }
    }

    /// Makes an account without login and password.
    pub(crate) fn guest(&self, now: i64) -> Result<Opened, AuthError> {
        self.begin(now, |conn| accounts::create(conn, now, &NewAccount::Guest))
    }

    /// Logs somebody in. Verifies a password, and takes as long for a login that does not exist.
    pub(crate) fn log_in(&self, now: i64, given: Credentials<'_>) -> Result<Opened, AuthError> {
        let key = login::fold(given.login);
        let found = match &key {
            Some(key) => self.store.with(|conn| accounts::by_login(conn, key))?,
            None => None,
        };
        let stored = found.as_ref().and_then(|account| account.password_hash.as_deref());
        let is_right = match stored {
            Some(stored) => password::verify(given.password, stored),
            None => password::refuse(given.password),
        };
        let account = found.filter(|_| is_right).ok_or(AuthError::Unknown)?;
        let id = account.id;
        self.begin(now, |conn| {
            accounts::note_seen(conn, now, id)?;
            Ok(id)
        })
    }

    /// Exchanges a refresh token for the next one. One that comes twice ends its log-in.
    pub(crate) fn refresh(&self, now: i64, token: &str) -> Result<Opened, AuthError> {
        let old = RefreshToken::parse(token).ok_or(AuthError::Refused)?;
        let new = RefreshToken::draw();
        let rotation =
            self.store.with(|conn| tokens::rotate(conn, now, &old.hash(), &new.hash()))?;
        match rotation {
            Rotation::Refused => Err(AuthError::Refused),
            Rotation::Reused(login) => {
                self.note_reuse(now, login);
                Err(AuthError::Reused)
            }
            Rotation::Done(login) => {
                let account = self.store.with(|conn| may_enter(conn, now, login.account))??;
                self.opened(now, account, login, &new)
            }
        }
    }

    /// Ends a log-in, or all of the account.
    pub(crate) fn log_out(
        &self,
        now: i64,
        login: (u64, Family),
        everywhere: bool,
    ) -> Result<(), AuthError> {
        let (account, family) = login;
        self.store.with(|conn| {
            if everywhere {
                accounts::end_sessions(conn, now, account).map(|_| ())
            } else {
                tokens::revoke(conn, now, &family)
            }
        })?;
        Ok(())
    }

    /// The log-in that a refresh token belongs to, used or not.
    pub(crate) fn login_of(&self, token: &str) -> Result<Option<(u64, Family)>, AuthError> {
        let Some(token) = RefreshToken::parse(token) else { return Ok(None) };
        let login = self.store.with(|conn| tokens::login_of(conn, &token.hash()))?;
        Ok(login.map(|login| (login.account, login.family)))
    }

    /// Takes another password, ends every session and begins a new one. Hashes two passwords.
    pub(crate) fn change_password(
        &self,
        now: i64,
        account: u64,
        (old, new): (&str, &str),
    ) -> Result<Opened, AuthError> {
        let login = self.prove(account, old)?;
        password::check(&login, new).map_err(AuthError::BadPassword)?;
        let hash = password::hash(new);
        self.begin(now, |conn| {
            accounts::change_password(conn, now, account, &hash)?;
            Ok(account)
        })
    }

    /// Makes sure that whoever holds a session knows the password too; the login. Verifies a
    /// password.
    pub(crate) fn prove(&self, account: u64, given: &str) -> Result<String, AuthError> {
        let found = self.store.with(|conn| accounts::by_id(conn, account))?;
        let found = found.ok_or(AuthError::Unknown)?;
        let (Some(login), Some(stored)) = (found.login, found.password_hash) else {
            return Err(AuthError::Guest);
        };
        if password::verify(given, &stored) { Ok(login) } else { Err(AuthError::Unknown) }
    }

    /// Whose access token that is, if its session still stands and nobody is banned.
    pub(crate) fn authenticate(&self, now: i64, token: &str) -> Result<Proven, AuthError> {
        let subject = self.tokens.verify(seconds(now), token)?;
        let family = family_of_text(&subject.session).ok_or(TokenError::Refused)?;
        self.store.with(|conn| {
            let refused = || Ok(Err(AuthError::Token(TokenError::Refused)));
            let account = match may_enter(conn, now, subject.account)? {
                Ok(account) => account,
                Err(AuthError::Unknown) => return refused(),
                Err(error) => return Ok(Err(error)),
            };
            if account.session_epoch != subject.epoch
                || !tokens::is_alive(conn, now, account.id, &family)?
            {
                return refused();
            }
            Ok(Ok(Proven { account, family }))
        })?
    }

    /// Writes a ticket with which the account joins this host as `character`, which is its own.
    pub(crate) fn ticket(&self, now: i64, admitted: Admitted) -> Result<Ticket, AuthError> {
        let ticket = Ticket::from_bytes(secrets::draw());
        let hash = secrets::hash(ticket.as_bytes());
        self.store.with(|conn| tickets::issue(conn, now, (&self.host, &hash), admitted))?;
        Ok(ticket)
    }

    /// Takes a ticket; the account and the character that it lets in. It is good once, whatever
    /// comes of it: the database decides, for all hosts.
    pub(crate) fn redeem(&self, now: i64, ticket: &Ticket) -> Result<Admitted, AuthError> {
        let hash = secrets::hash(ticket.as_bytes());
        let admitted = self.store.with(|conn| tickets::redeem(conn, now, &self.host, &hash))?;
        admitted.ok_or(AuthError::NoTicket)
    }

    /// Drops tokens and tickets whose time is over; how many.
    pub(crate) fn sweep(&self, now: i64) -> Result<usize, StoreError> {
        self.store.with(|conn| Ok(tokens::sweep(conn, now)? + tickets::sweep(conn, now)?))
    }

    /// A log-in of the account that `who` finds or makes, all in one transaction.
    fn begin(
        &self,
        now: i64,
        who: impl FnOnce(&mut Connection) -> Result<u64, StoreError>,
    ) -> Result<Opened, AuthError> {
        let (family, first) = (secrets::draw(), RefreshToken::draw());
        let (account, login) = self.store.with(|conn| {
            conn.transaction(|conn| {
                let id = who(conn)?;
                let account = match may_enter(conn, now, id)? {
                    Ok(account) => account,
                    Err(error) => return Ok(Err(error)),
                };
                let session_epoch = account.session_epoch;
                let login = Login { account: id, session_epoch, family };
                tokens::begin(conn, now, &login, &first.hash())?;
                Ok(Ok((account, login)))
            })
        })??;
        self.opened(now, account, login, &first)
    }

    fn opened(
        &self,
        now: i64,
        account: Account,
        login: Login,
        refresh: &RefreshToken,
    ) -> Result<Opened, AuthError> {
        let subject = Subject {
            account: account.id,
            epoch: account.session_epoch,
            session: text_of_family(&login.family),
            roles: roles(account.role),
        };
        let access = self.tokens.issue(seconds(now), &subject)?;
        Ok(Opened { account, access, expires_in: ACCESS_SECONDS, refresh: refresh.text() })
    }

    /// A stolen token is worth a line that stays.
    fn note_reuse(&self, now: i64, login: Login) {
        metrics::counter!("massless_errors_total", "code" => "refresh-reused").increment(1);
        let deed = Deed {
            actor: "server",
            account: Some(login.account),
            action: "refresh-reused",
            subject: "session",
            detail: &text_of_family(&login.family),
        };
        if let Err(error) = self.store.with(|conn| bans::audit(conn, now, &deed)) {
            tracing::error!(%error, "a reused token could not be written into the audit");
        }
    }
}

/// The account, if it is there and not banned.
fn may_enter(
    conn: &mut Connection,
    now: i64,
    id: u64,
) -> Result<Result<Account, AuthError>, StoreError> {
    let Some(account) = accounts::by_id(conn, id)? else { return Ok(Err(AuthError::Unknown)) };
    Ok(match bans::current(conn, now, id)? {
        Some(ban) => Err(AuthError::Banned(ban)),
        None => Ok(account),
    })
}

/// A role and those below it, as a token says them.
fn roles(highest: Role) -> Vec<String> {
    let below = Role::ALL.into_iter().filter(|role| *role <= highest);
    below.map(|role| role.word().to_owned()).collect()
}

fn seconds(now: i64) -> u64 {
    u64::try_from(now / 1_000).unwrap_or(0)
}
