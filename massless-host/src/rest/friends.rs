//! Friends and blocks: lists of a character, changed by name.

use massless_net::session::name::fold_name;
use massless_store::StoreError;
use massless_store::repo::friends::{self, Tie, Tied};
use massless_store::shared::Topic;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::characters;
use super::problem::{Code, Problem};
use crate::chat::Order;

/// Whom to put on a list or take off it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Whom {
    /// The other character's name.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Whose list; without it that of the character that plays, or played last.
    #[schema(value_type = Option<i64>, minimum = 1)]
    character: Option<u64>,
}

/// Friends.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Friends {
    /// By name.
    friends: Vec<TiedShown>,
}

/// Blocks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Blocks {
    /// By name.
    blocks: Vec<TiedShown>,
}

/// Somebody on a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TiedShown {
    /// The character's number.
    id: u64,
    /// Its name.
    name: String,
    /// Its level.
    level: u16,
    /// Its class, 1..=4.
    class: u8,
    /// Its faction, 1..=3.
    faction: u8,
    /// Since when, milliseconds since 1970.
    since: i64,
    /// Whether it plays now; always false on the list of blocks.
    online: bool,
    /// The zone it is in, while it plays.
    zone: Option<u32>,
}

/// The friends of a character.
#[utoipa::path(
    get, path = "/friends", tag = "people",
    params(("character" = Option<i64>, Query, minimum = 1,
        description = "whose; without it that of the character that plays, or played last")),
    responses((status = 200, description = "the list", body = Friends)),
    security(("bearer" = []))
)]
pub(super) fn friends(api: &Api, call: &Call) -> Outcome {
    Answer::ok(&Friends { friends: list(api, call, Tie::Friend)? })
}

/// Whom a character does not want to hear.
#[utoipa::path(
    get, path = "/blocks", tag = "people",
    params(("character" = Option<i64>, Query, minimum = 1,
        description = "whose; without it that of the character that plays, or played last")),
    responses((status = 200, description = "the list", body = Blocks)),
    security(("bearer" = []))
)]
pub(super) fn blocks(api: &Api, call: &Call) -> Outcome {
    Answer::ok(&Blocks { blocks: list(api, call, Tie::Block)? })
}

/// Makes somebody a friend. The other one is not asked and not told.
#[utoipa::path(
    post, path = "/friends", tag = "people", request_body = Whom,
    responses((status = 204, description = "it stands there now")),
    security(("bearer" = []))
)]
pub(super) fn befriend(api: &Api, call: &Call) -> Outcome {
    change(api, call, (Tie::Friend, true))
}

/// Takes somebody off the list of friends.
#[utoipa::path(
    delete, path = "/friends", tag = "people", request_body = Whom,
    responses((status = 204, description = "it stands there no more")),
    security(("bearer" = []))
)]
pub(super) fn part(api: &Api, call: &Call) -> Outcome {
    change(api, call, (Tie::Friend, false))
}

/// Does not want to hear from somebody any more: no talk, invitations, letters, trades.
#[utoipa::path(
    post, path = "/blocks", tag = "people", request_body = Whom,
    responses((status = 204, description = "it stands there now")),
    security(("bearer" = []))
)]
pub(super) fn block(api: &Api, call: &Call) -> Outcome {
    change(api, call, (Tie::Block, true))
}

/// Wants to hear from somebody again.
#[utoipa::path(
    delete, path = "/blocks", tag = "people", request_body = Whom,
    responses((status = 204, description = "it stands there no more")),
    security(("bearer" = []))
)]
pub(super) fn unblock(api: &Api, call: &Call) -> Outcome {
    change(api, call, (Tie::Block, false))
}

fn list(api: &Api, call: &Call, tie: Tie) -> Result<Vec<TiedShown>, Problem> {
    let owner = characters::of_query(api, call)?.get();
    let tied = api.accounts.store().repeat(|conn| friends::list(conn, tie, owner))?;
    let ids: Vec<u64> = tied.iter().map(|tied| tied.character).collect();
    let online = match tie {
        Tie::Friend => api.shared.online(call.now, &ids),
        Tie::Block => vec![None; ids.len()],
    };
    let shown = tied.into_iter().zip(online).map(|(tied, online)| {
        let Tied { character, name, level, class, faction, since } = tied;
        let level = online.as_ref().map_or(level, |online| online.level.max(level));
        let zone = online.map(|online| online.zone);
        TiedShown {
            id: character,
            name,
            level,
            class,
            faction,
            since,
            online: zone.is_some(),
            zone,
        }
    });
    Ok(shown.collect())
}

fn change(api: &Api, call: &Call, (tie, is_added): (Tie, bool)) -> Outcome {
    let Whom { name, character } = call.read()?;
    let owner = characters::chosen(api, call, character)?.get();
    let key = fold_name(&name);
    api.accounts.store().with(|conn| {
        let Some((other, _)) = friends::named(conn, &key)? else {
            return Ok(Err(Problem::from(Code::NobodyThere)));
        };
        let done = if is_added {
            friends::add(conn, call.millis(), tie, (owner, other))
        } else {
            friends::remove(conn, tie, (owner, other))
        };
        Ok(match done {
            Ok(_) => Ok(()),
            Err(StoreError::Denied("oneself")) => Err(Code::Oneself.into()),
            Err(StoreError::Denied(_)) => Err(Code::ListFull.into()),
            Err(error) => return Err(error),
        })
    })??;
    if tie == Tie::Block {
        // Whatever host the character plays on drops what it does not want to hear from now on.
        let order = Order::Blocks { character: owner };
        api.shared.publish(Topic::Order, &order.to_bytes());
    }
    Answer::nothing()
}
