//! The characters of an account: listed, made, deleted for seven days, restored.

use massless_core::ids::{ClassId, FactionId, PlayerId};
use massless_net::session::name::{check_name, fold_name};
use massless_store::StoreError;
use massless_store::repo::characters::{self, Listed, NewCharacter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::problem::{Code, Problem};

/// A new character.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Its name: 3 to 16 letters of one script, the first upper case, at most one apostrophe or
    /// hyphen inside.
    #[schema(min_length = 3, max_length = 17)]
    name: String,
    /// Its class: 1 warrior, 2 and so on, as the content numbers them.
    #[schema(minimum = 1, maximum = 4)]
    class: u8,
    /// Its faction.
    #[schema(minimum = 1, maximum = 3)]
    faction: u8,
    /// Its appearance.
    #[schema(minimum = 0, maximum = 15)]
    look: u8,
}

/// The characters of an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Characters {
    /// Oldest first; deleted ones as long as they can be restored.
    characters: Vec<CharacterShown>,
}

/// A character, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CharacterShown {
    /// Its number.
    id: u64,
    /// Its name.
    name: String,
    /// Its class.
    class: u8,
    /// Its faction.
    faction: u8,
    /// Its appearance.
    look: u8,
    /// Its level.
    level: u8,
    /// The zone it was in last, or begins in.
    zone: u32,
    /// When it was played last, milliseconds since 1970.
    last_played_at: Option<i64>,
    /// When it was deleted; seven days later it is gone.
    deleted_at: Option<i64>,
}

impl CharacterShown {
    fn new(listed: Listed) -> Self {
        let zone = zone_of(&listed);
        let Listed { id, name, class, faction, look, level, .. } = listed;
        Self {
            id: id.get(),
            name,
            class: class.get(),
            faction: faction.get(),
            look,
            level,
            zone,
            last_played_at: listed.played_at,
            deleted_at: listed.deleted_at,
        }
    }
}

/// The caller's characters.
#[utoipa::path(
    get, path = "/characters", tag = "characters",
    responses((status = 200, description = "all of them", body = Characters)),
    security(("bearer" = []))
)]
pub(super) fn list(api: &Api, call: &Call) -> Outcome {
    let characters = all(api, call)?.into_iter().map(CharacterShown::new).collect();
    Answer::ok(&Characters { characters })
}

/// Makes a character. An account has at most four.
#[utoipa::path(
    post, path = "/characters", tag = "characters", request_body = Wanted,
    responses((status = 201, description = "it is made", body = CharacterShown)),
    security(("bearer" = []))
)]
pub(super) fn create(api: &Api, call: &Call) -> Outcome {
    let wanted: Wanted = call.read()?;
    check_name(&wanted.name)
        .map_err(|error| Problem::from(Code::BadName).saying(error.to_string()))?;
    let is_known = api.content.class(ClassId::new(wanted.class)).is_some();
    if !is_known || !(1..=3).contains(&wanted.faction) || wanted.look > 15 {
        return Err(Code::BadLook.into());
    }
    let account = call.caller()?.account;
    let key = fold_name(&wanted.name);
    let new = NewCharacter {
        name: &wanted.name,
        name_key: &key,
        class: ClassId::new(wanted.class),
        faction: FactionId::new(wanted.faction),
        look: wanted.look,
    };
    let made = api
        .accounts
        .store()
        .with(|conn| characters::create(conn, call.millis(), account, (&api.content, new)));
    let id = made.map_err(|error| match error {
        StoreError::Taken(_) => Code::NameTaken.into(),
        StoreError::Denied(_) => Code::CharactersFull.into(),
        error => Problem::from(error),
    })?;
    Answer::created(&CharacterShown::new(own(api, call, id.get())?))
}

/// Deletes a character. For seven days it can be restored, and nobody else gets its name.
#[utoipa::path(
    delete, path = "/characters/{id}", tag = "characters",
    params(("id" = i64, Path, description = "its number", minimum = 1)),
    responses((status = 200, description = "it is deleted", body = CharacterShown)),
    security(("bearer" = []))
)]
pub(super) fn delete(api: &Api, call: &Call) -> Outcome {
    let character = own(api, call, call.id()?)?;
    if character.deleted_at.is_some() {
        return Err(Code::CharacterDeleted.into());
    }
    let account = call.caller()?.account;
    let deleted = api
        .accounts
        .store()
        .with(|conn| characters::delete(conn, call.millis(), account, character.id));
    deleted.map_err(|error| match error {
        StoreError::Denied(_) => Code::CharacterOnline.into(),
        StoreError::Missing(_) => Code::NoCharacter.into(),
        error => Problem::from(error),
    })?;
    Answer::ok(&CharacterShown::new(own(api, call, character.id.get())?))
}

/// Takes a deletion back.
#[utoipa::path(
    post, path = "/characters/{id}/restore", tag = "characters",
    params(("id" = i64, Path, description = "its number", minimum = 1)),
    responses((status = 200, description = "it is there again", body = CharacterShown)),
    security(("bearer" = []))
)]
pub(super) fn restore(api: &Api, call: &Call) -> Outcome {
    let character = own(api, call, call.id()?)?;
    if character.deleted_at.is_none() {
        return Err(Code::NotDeleted.into());
    }
    let account = call.caller()?.account;
    let restored = api
        .accounts
        .store()
        .with(|conn| characters::restore(conn, call.millis(), account, character.id));
    restored.map_err(|error| match error {
        StoreError::Denied(_) => Code::CharactersFull.into(),
        StoreError::Missing(_) => Code::NoCharacter.into(),
        error => Problem::from(error),
    })?;
    Answer::ok(&CharacterShown::new(own(api, call, character.id.get())?))
}

/// All characters of the caller.
fn all(api: &Api, call: &Call) -> Result<Vec<Listed>, Problem> {
    let account = call.caller()?.account;
    Ok(api.accounts.store().repeat(|conn| characters::list(conn, account))?)
}

/// A character of the caller's.
pub(super) fn own(api: &Api, call: &Call, id: u64) -> Result<Listed, Problem> {
    let found = all(api, call)?.into_iter().find(|listed| listed.id.get() == id);
    found.ok_or_else(|| Code::NoCharacter.into())
}

/// The character a call is about: the one it names, else the one that plays or played last.
pub(super) fn chosen(api: &Api, call: &Call, named: Option<u64>) -> Result<PlayerId, Problem> {
    let account = call.caller()?.account;
    if let Some(id) = named {
        return Ok(own(api, call, id)?.id);
    }
    if let Some(online) = api.shared.session(call.now, account) {
        return Ok(PlayerId::new(online.character));
    }
    let living = all(api, call)?.into_iter().filter(|listed| listed.deleted_at.is_none());
    let latest = living.max_by_key(|listed| (listed.played_at, listed.id));
    latest.map(|listed| listed.id).ok_or_else(|| Code::NoCharacter.into())
}

/// The same where the name stands in the address.
pub(super) fn of_query(api: &Api, call: &Call) -> Result<PlayerId, Problem> {
    let [named] = call.parameters(["character"])?;
    chosen(api, call, named_in(named.as_deref())?)
}

/// The number that a parameter `character` holds.
pub(super) fn named_in(text: Option<&str>) -> Result<Option<u64>, Problem> {
    let range = 1..=i64::MAX as u64;
    text.map(|text| super::call::number("character", Some(text), (0, range))).transpose()
}

/// The zone a character is in, or begins in.
pub(super) fn zone_of(listed: &Listed) -> u32 {
    if listed.zone == 0 { u32::from(listed.faction.get()) } else { listed.zone }
}
