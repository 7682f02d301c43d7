//! Who one is: register, log in, go on, log out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use warp::http::StatusCode;

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::problem::{Code, Problem};
use crate::accounts::password::PasswordError;
use crate::accounts::token::TokenError;
use crate::accounts::{AuthError, Credentials, Opened};

/// Name of the cookie that carries the refresh token.
const COOKIE: &str = "massless_refresh";
/// Seconds that the browser keeps it. Reason: as long as the token lives.
const COOKIE_SECONDS: i64 = massless_store::limits::REFRESH_MILLIS / 1_000;

/// A new account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Register {
    /// The login, with which nobody but its owner is shown.
    #[schema(min_length = 3, max_length = 32, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$")]
    name: String,
    /// The password.
    #[schema(min_length = 8, max_length = 128)]
    password: String,
    /// An address of mail; it is never shown.
    #[schema(max_length = 254, pattern = r"^[^\s@]+@[^\s@]+$")]
    email: Option<String>,
}

/// A login.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    /// The login.
    name: String,
    /// The password.
    password: String,
}

/// A logout.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogOut {
    /// Whether all sessions of the account end.
    #[serde(default)]
    everywhere: bool,
}

/// Another password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    /// The password so far.
    old: String,
    /// The password from now on.
    #[schema(min_length = 8, max_length = 128)]
    new: String,
}

/// A session that was opened.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// Whose.
    account: AccountShown,
    /// The access token, for the header `authorization: Bearer`.
    access_token: String,
    /// How the token is used: `Bearer`.
    token_type: &'static str,
    /// Seconds that the access token lives.
    expires_in: u64,
}

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountShown {
    /// Its number.
    pub(super) id: u64,
    /// The login; none for guests.
    pub(super) name: Option<String>,
    /// Whether it is a guest's, without login and password.
    pub(super) guest: bool,
    /// What it may do: player, moderator, admin.
    pub(super) role: &'static str,
    /// When it was made, milliseconds since 1970.
    pub(super) created_at: i64,
}

impl AccountShown {
    pub(super) fn new(account: &massless_store::repo::accounts::Account) -> Self {
        Self {
            id: account.id,
            name: account.login.clone(),
            guest: account.is_guest,
            role: account.role.word(),
            created_at: account.created_at,
        }
    }
}

/// Makes an account and opens a session.
#[utoipa::path(
    post, path = "/auth/register", tag = "auth", request_body = Register,
    responses((status = 201, description = "the account is made; the refresh token is in a cookie", body = Session))
)]
pub(super) fn register(api: &Api, call: &Call) -> Outcome {
    let wanted: Register = call.read()?;
    let credentials = Credentials { login: &wanted.name, password: &wanted.password };
    let opened = api.accounts.register(call.millis(), credentials, wanted.email.as_deref())?;
    answer(call, StatusCode::CREATED, &opened)
}

/// Opens a session by name and password.
#[utoipa::path(
    post, path = "/auth/login", tag = "auth", request_body = LogIn,
    responses((status = 200, description = "the session is open; the refresh token is in a cookie", body = Session))
)]
pub(super) fn log_in(api: &Api, call: &Call) -> Outcome {
    let given: LogIn = call.read()?;
    let credentials = Credentials { login: &given.name, password: &given.password };
    let opened = api.accounts.log_in(call.millis(), credentials);
    answer(call, StatusCode::OK, &opened?)
}

/// Makes an account without login and password and opens a session.
#[utoipa::path(
    post, path = "/auth/guest", tag = "auth",
    responses((status = 201, description = "the session is open; the refresh token is in a cookie", body = Session))
)]
pub(super) fn guest(api: &Api, call: &Call) -> Outcome {
    if !api.has_guests {
        return Err(Code::GuestsOff.into());
    }
    answer(call, StatusCode::CREATED, &api.accounts.guest(call.millis())?)
}

/// Goes on with a session, by the cookie. Each refresh token is good once; one that comes twice ends
/// the session.
#[utoipa::path(
    post, path = "/auth/refresh", tag = "auth",
    responses((status = 200, description = "a new access token, and the next refresh token in the cookie", body = Session)),
    security(("session" = []))
)]
pub(super) fn refresh(api: &Api, call: &Call) -> Outcome {
    let token = call.cookie(COOKIE).ok_or(Code::RefreshRefused)?;
    answer(call, StatusCode::OK, &api.accounts.refresh(call.millis(), token)?)
}

/// Ends the session that cookie or token belong to, or all of the account.
#[utoipa::path(
    post, path = "/auth/logout", tag = "auth", request_body = Option<LogOut>,
    responses((status = 204, description = "it is over, or there was none"))
)]
pub(super) fn log_out(api: &Api, call: &Call) -> Outcome {
    let wanted: LogOut = call.read_or_default()?;
    let login = match (&call.caller, call.cookie(COOKIE)) {
        (Some(caller), _) => Some((caller.account, caller.family)),
        (None, Some(token)) => api.accounts.login_of(token)?,
        (None, None) => None,
    };
    if let Some(login) = login {
        api.accounts.log_out(call.millis(), login, wanted.everywhere)?;
    }
    Ok(Answer::nothing()?.with_cookie(cookie(call, "", 0)))
}

/// Takes another password. All sessions end, and a new one begins.
#[utoipa::path(
    post, path = "/auth/password", tag = "auth", request_body = ChangePassword,
    responses((status = 200, description = "a new session", body = Session)),
    security(("bearer" = []))
)]
pub(super) fn change_password(api: &Api, call: &Call) -> Outcome {
    let wanted: ChangePassword = call.read()?;
    let account = call.caller()?.account;
    let changed = api.accounts.change_password(call.millis(), account, (&wanted.old, &wanted.new));
    let opened = changed.map_err(|error| match error {
        AuthError::Unknown => Code::PasswordRefused.into(),
        error => Problem::from(error),
    })?;
    answer(call, StatusCode::OK, &opened)
}

/// The public keys by which access tokens can be judged.
#[utoipa::path(
    get, path = "/auth/jwks", tag = "auth",
    responses((status = 200, description = "a JSON Web Key Set", body = serde_json::Value))
)]
pub(super) fn jwks(api: &Api, _call: &Call) -> Outcome {
    let keys = api.accounts.tokens().ring().keys().map_err(TokenError::from);
    Answer::ok(&keys.map_err(AuthError::from)?.jwks())
}

fn answer(call: &Call, status: StatusCode, opened: &Opened) -> Outcome {
    let body = Session {
        account: AccountShown::new(&opened.account),
        access_token: opened.access.clone(),
        token_type: "Bearer",
        expires_in: opened.expires_in,
    };
    let cookie = cookie(call, &opened.refresh, COOKIE_SECONDS);
    Ok(Answer::json(status, &body)?.with_cookie(cookie))
}

/// The cookie: no script sees it, no other page sends it, only `/api/v1/auth` gets it.
fn cookie(call: &Call, token: &str, seconds: i64) -> String {
    let secure = if call.is_secure { "; Secure" } else { "" };
    format!(
        "{COOKIE}={token}; Path=/api/v1/auth; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}"
    )
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let code = match error {
            AuthError::Token(TokenError::Refused) => Code::TokenRefused,
            AuthError::Token(TokenError::Expired) => Code::TokenExpired,
            AuthError::Token(TokenError::NoKeys) => Code::Unavailable,
            AuthError::BadLogin => Code::BadLogin,
            AuthError::BadEmail => Code::BadEmail,
            AuthError::BadPassword(PasswordError::Length) => Code::BadPassword,
            AuthError::BadPassword(PasswordError::Weak) => {
                let sentence = "this password is the name, or one letter over and over";
                return Self::from(Code::BadPassword).saying(sentence);
            }
            AuthError::Taken => Code::NameTaken,
            AuthError::Unknown => Code::LoginRefused,
            AuthError::Guest => Code::GuestRefused,
            AuthError::Refused => Code::RefreshRefused,
            AuthError::Reused => Code::RefreshReused,
            AuthError::NoTicket => Code::NotFound,
            AuthError::Banned(ban) => {
                let length = if ban.until_at.is_some() { "for a while" } else { "for good" };
                return Self::from(Code::Banned)
                    .saying(format!("this account is banned {length}: {}", ban.reason));
            }
            AuthError::Store(error) => return Self::from(error),
        };
        Self::from(code)
    }
}
