//! What a refused call gets: a problem document (RFC 9457) with a code that never changes.

use massless_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;
use warp::http::StatusCode;
use warp::http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use warp::reply::Response;

use crate::http;
use crate::workers::NotDone;

/// The document, as the interface's description shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// Address of this kind of problem.
    #[schema(format = "uri")]
    r#type: String,
    /// The status in words.
    title: String,
    /// The status.
    status: u16,
    /// Which problem: stable, in kebab-case.
    code: String,
    /// A sentence for people.
    detail: String,
}

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    code: Code,
    /// Another sentence than the code's own.
    detail: Option<String>,
    /// Seconds after which it may be tried again.
    retry_after: Option<u64>,
}

/// One line of the table of codes.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $word:literal, $sentence:literal;)+) => {
        /// All codes. They are promises: none is ever renamed or used for something else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            /// All codes.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            /// Status, word and sentence.
            const fn row(self) -> (u16, &'static str, &'static str) {
                match self { $(Self::$name => ($status, $word, $sentence),)+ }
            }
        }
    };
}

codes! {
    /// Something else is wrong with the request.
    BadRequest = 400, "bad-request", "the request could not be understood";
    /// The body is no JSON of the form that is asked for.
    BadBody = 400, "bad-body", "the body is not what this address takes";
    /// Objects in objects in objects.
    TooDeep = 400, "too-deep", "the body is nested too deeply";
    /// A parameter of the address.
    BadQuery = 400, "bad-query", "a parameter of the address makes no sense";
    /// No access token came.
    NoToken = 401, "no-token", "this needs an access token";
    /// The token is no good.
    TokenRefused = 401, "token-refused", "the access token is not valid";
    /// Its time is over.
    TokenExpired = 401, "token-expired", "the access token has expired";
    /// Wrong login or password; which of them is not said.
    LoginRefused = 401, "login-refused", "no account has this name and password";
    /// The refresh token is no good.
    RefreshRefused = 401, "refresh-refused", "this log-in has ended; please log in again";
    /// The refresh token came twice.
    RefreshReused = 401, "refresh-reused",
        "this log-in was used from two places and has ended; please log in again";
    /// The old password is wrong.
    PasswordRefused = 403, "password-refused", "the password is wrong";
    /// The account is banned.
    Banned = 403, "banned", "this account is banned";
    /// The role does not allow it.
    Forbidden = 403, "forbidden", "this account may not do that";
    /// Another page asked.
    OriginRefused = 403, "origin-refused", "calls from this page are not allowed";
    /// Guests may not play here.
    GuestsOff = 403, "guests-off", "this server wants an account";
    /// A guest has no password.
    GuestRefused = 403, "guest-refused", "guests cannot do that; please register";
    /// There is nothing at the address.
    NotFound = 404, "not-found", "there is nothing at this address";
    /// No such character of this account.
    NoCharacter = 404, "no-such-character", "this account has no such character";
    /// Nobody of that name.
    NobodyThere = 404, "nobody-there", "there is no character of this name";
    /// No such letter.
    NoLetter = 404, "no-such-letter", "there is no such letter";
    /// The address takes other methods.
    Method = 405, "method-not-allowed", "this address does not take that method";
    /// The body did not come in time.
    Slow = 408, "too-slow", "the request took too long to arrive";
    /// Login or name of a character in use.
    NameTaken = 409, "name-taken", "this name is in use";
    /// As many characters as one may have.
    CharactersFull = 409, "characters-full", "an account has at most four characters";
    /// It plays.
    CharacterOnline = 409, "character-online", "this character is playing";
    /// It waits to be deleted.
    CharacterDeleted = 409, "character-deleted", "this character is deleted; restore it first";
    /// It is not deleted.
    NotDeleted = 409, "not-deleted", "this character is not deleted";
    /// A list of a hundred.
    ListFull = 409, "list-full", "this list is full";
    /// The receiver has no room, or does not want it.
    LetterRefused = 409, "letter-refused", "this letter cannot be written";
    /// The letter still holds something.
    LetterFull = 409, "letter-not-empty", "this letter still holds something";
    /// The body is larger than it may be.
    BodyTooLarge = 413, "body-too-large", "the body is too large";
    /// It is no JSON.
    ContentType = 415, "content-type", "the body must be application/json";
    /// Packed bodies are not opened.
    ContentEncoding = 415, "content-encoding", "packed bodies are not taken";
    /// A login breaks the rules.
    BadLogin = 422, "bad-login",
        "a login has 3 to 32 letters, digits, dots, hyphens and underscores";
    /// The name of a character breaks the rules.
    BadName = 422, "bad-name",
        "a name has 3 to 16 letters of one script, the first upper case";
    /// The password is too short, too long or too simple.
    BadPassword = 422, "bad-password", "a password has 8 to 128 letters and is not the name";
    /// That is no address of mail.
    BadEmail = 422, "bad-email", "this is no address of mail";
    /// The content has no such class, faction or look.
    BadLook = 422, "bad-look", "there is no such class, faction or look";
    /// A text breaks the rules for texts.
    BadText = 422, "bad-text", "this text cannot be sent";
    /// That is oneself.
    Oneself = 422, "oneself", "that is your own character";
    /// Too many calls.
    TooMany = 429, "too-many-requests", "too many requests; please wait a little";
    /// Something of ours broke.
    Internal = 500, "internal", "something went wrong on the server";
    /// As many wait as may.
    Busy = 503, "busy", "the server is busy; please try again";
    /// The database does not answer.
    Unavailable = 503, "unavailable", "the server cannot do that now; please try again";
    /// The host is going down.
    Stopping = 503, "stopping", "the server is stopping";
    /// The operators have closed this.
    Closed = 503, "closed", "this is closed at the moment";
}

impl Code {
    /// The status that goes with it.
    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().0).expect("the table holds statuses")
    }

    /// The word that never changes.
    pub(crate) const fn word(self) -> &'static str {
        self.row().1
    }
}

impl Problem {
    /// With another sentence.
    pub(crate) fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With the seconds after which it may be tried again.
    pub(crate) const fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// Which.
    pub(crate) const fn code(&self) -> Code {
        self.code
    }

    /// As it is sent.
    pub(crate) fn into_response(self) -> Response {
        let (_, word, sentence) = self.code.row();
        let status = self.code.status();
        let mut response = http::problem(status, word, self.detail.as_deref().unwrap_or(sentence));
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self { code, detail: None, retry_after: None }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable => Self::from(Code::Unavailable).after(1),
            StoreError::Busy(_) | StoreError::Again(_) => Self::from(Code::Busy).after(1),
            error => {
                tracing::error!(%error, "a call failed");
                Self::from(Code::Internal)
            }
        }
    }
}

impl From<NotDone> for Problem {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Full => Self::from(Code::Busy).after(1),
            NotDone::Broken => Self::from(Code::Internal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_and_have_a_status_that_refuses() {
        let documented = include_str!("../../../docs/rest.md");
        let mut words: Vec<&str> = Code::ALL.iter().map(|code| code.word()).collect();
        for code in Code::ALL {
            let (status, word, sentence) = code.row();
            assert!((400..600).contains(&status), "{word}");
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{word}");
            assert!(!sentence.ends_with('.'), "{word}");
            assert!(documented.contains(&format!("`{word}`")), "{word} is not in docs/rest.md");
        }
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Code::ALL.len());
    }
}
