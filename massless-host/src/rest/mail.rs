//! Letters: read, drafted, marked, thrown away. Sending one and taking out what is in it are acts of
//! the game, which move coin and items.

use massless_core::character::Item;
use massless_core::ids::PlayerId;
use massless_net::session::name::fold_name;
use massless_store::StoreError;
use massless_store::repo::friends;
use massless_store::repo::mail::{self, Draft, From, Letter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::characters;
use super::problem::{Code, Problem};
use crate::limits::{LETTER_SCALARS_MAX, SUBJECT_SCALARS_MAX};

/// A letter to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The name of the character it is for.
    #[schema(min_length = 1, max_length = 64)]
    to: String,
    /// What it is about.
    #[schema(min_length = 1, max_length = 60)]
    subject: String,
    /// The text.
    #[schema(max_length = 500)]
    text: String,
    /// Who writes; without it the character that plays, or played last.
    #[schema(value_type = Option<i64>, minimum = 1)]
    character: Option<u64>,
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Drafted {
    /// Its number, which the act that sends it names. It waits for ten minutes.
    draft: u64,
}

/// An inbox.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Inbox {
    /// Newest first.
    letters: Vec<LetterShown>,
}

/// A letter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LetterShown {
    /// Its number.
    id: u64,
    /// Who it is from: player, system, returned.
    kind: &'static str,
    /// The other side's name; none for the system's.
    name: Option<String>,
    /// What it is about.
    subject: String,
    /// The text.
    text: String,
    /// Coin in it.
    coin: i64,
    /// Items in it.
    items: Vec<ItemShown>,
    /// When it arrived, milliseconds since 1970.
    arrived_at: i64,
    /// When it goes back or is gone.
    expires_at: i64,
    /// Whether it was opened.
    read: bool,
}

/// An item.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ItemShown {
    /// Its number.
    uid: u64,
    /// What it is.
    definition: u16,
    /// 0..=4.
    rarity: u8,
    /// 0..=9.
    upgrade: u8,
    /// How many.
    quantity: u16,
    /// Whether it cannot be given away.
    bound: bool,
}

impl ItemShown {
    fn new(item: &Item) -> Self {
        Self {
            uid: item.uid.get(),
            definition: item.definition.get(),
            rarity: item.rarity,
            upgrade: item.upgrade,
            quantity: item.quantity,
            bound: item.bound,
        }
    }
}

/// The letters of a character.
#[utoipa::path(
    get, path = "/mail", tag = "mail",
    params(("character" = Option<i64>, Query, minimum = 1,
        description = "whose; without it those of the character that plays, or played last")),
    responses((status = 200, description = "the inbox", body = Inbox)),
    security(("bearer" = []))
)]
pub(super) fn inbox(api: &Api, call: &Call) -> Outcome {
    let who = characters::of_query(api, call)?;
    let letters = api.accounts.store().repeat(|conn| mail::inbox(conn, call.millis(), who))?;
    Answer::ok(&Inbox { letters: letters.into_iter().map(shown).collect() })
}

/// Writes a letter without sending it.
#[utoipa::path(
    post, path = "/mail/drafts", tag = "mail", request_body = Written,
    responses((status = 201, description = "it waits to be sent", body = Drafted)),
    security(("bearer" = []))
)]
pub(super) fn draft(api: &Api, call: &Call) -> Outcome {
    let Written { to, subject, text, character } = call.read()?;
    let from = characters::chosen(api, call, character)?;
    check(&subject, (1, SUBJECT_SCALARS_MAX), false)?;
    check(&text, (0, LETTER_SCALARS_MAX), true)?;
    let key = fold_name(&to);
    let drafted = api.accounts.store().with(|conn| {
        let Some((to, _)) = friends::named(conn, &key)? else {
            return Err(StoreError::Missing("character"));
        };
        let to = PlayerId::new(to);
        mail::draft(conn, call.millis(), Draft { from, to, subject: &subject, body: &text })
    });
    let draft = drafted.map_err(|error| match error {
        StoreError::Missing(_) => Code::NobodyThere.into(),
        StoreError::Denied(why) => Problem::from(Code::LetterRefused).saying(why),
        error => Problem::from(error),
    })?;
    Answer::created(&Drafted { draft })
}

/// Marks a letter as read.
#[utoipa::path(
    post, path = "/mail/{id}/read", tag = "mail",
    params(
        ("id" = i64, Path, description = "its number", minimum = 1),
        ("character" = Option<i64>, Query, minimum = 1,
            description = "whose; without it that of the character that plays, or played last"),
    ),
    responses((status = 204, description = "it is marked")),
    security(("bearer" = []))
)]
pub(super) fn mark(api: &Api, call: &Call) -> Outcome {
    let (who, id) = (characters::of_query(api, call)?, call.id()?);
    let marked = api.accounts.store().with(|conn| mail::mark_read(conn, call.millis(), who, id));
    marked.map_err(no_letter)?;
    Answer::nothing()
}

/// Throws an empty letter away.
#[utoipa::path(
    delete, path = "/mail/{id}", tag = "mail",
    params(
        ("id" = i64, Path, description = "its number", minimum = 1),
        ("character" = Option<i64>, Query, minimum = 1,
            description = "whose; without it that of the character that plays, or played last"),
    ),
    responses((status = 204, description = "it is gone")),
    security(("bearer" = []))
)]
pub(super) fn delete(api: &Api, call: &Call) -> Outcome {
    let (who, id) = (characters::of_query(api, call)?, call.id()?);
    let deleted = api.accounts.store().with(|conn| mail::delete(conn, call.millis(), who, id));
    deleted.map_err(no_letter)?;
    Answer::nothing()
}

fn no_letter(error: StoreError) -> Problem {
    match error {
        StoreError::Missing(_) => Code::NoLetter.into(),
        StoreError::Denied(_) => Code::LetterFull.into(),
        error => Problem::from(error),
    }
}

/// Texts of letters: bounded, in composed form, without control and direction characters.
fn check(text: &str, (least, most): (usize, usize), has_lines: bool) -> Result<(), Problem> {
    let letters = text.chars().count();
    let is_bad = |letter: char| {
        let is_line = has_lines && letter == '\n';
        !is_line && crate::chat::is_forbidden(letter)
    };
    if letters < least || letters > most || text.chars().any(is_bad) {
        return Err(Code::BadText.into());
    }
    Ok(())
}

fn shown(letter: Letter) -> LetterShown {
    let Letter { id, from, name, subject, body, coin, items, arrived_at, expires_at, is_read } =
        letter;
    LetterShown {
        id,
        kind: match from {
            From::Player => "player",
            From::System => "system",
            From::Returned => "returned",
        },
        name,
        subject,
        text: body,
        coin,
        items: items.iter().map(ItemShown::new).collect(),
        arrived_at,
        expires_at,
        read: is_read,
    }
}
