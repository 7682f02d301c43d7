//! What was said in the last hour, for whoever comes late.

use massless_store::shared::{Line, UnixMillis};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::characters;
use super::problem::Code;
use crate::chat::{Channel, room_of};

/// A room's talk.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Talk {
    /// Oldest first, at most a hundred lines of the last hour.
    lines: Vec<LineShown>,
}

/// A line.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineShown {
    /// When it was said, milliseconds since 1970.
    at: u64,
    /// Who said it.
    name: String,
    /// What.
    text: String,
}

/// What was said on a channel in the last hour: zone, faction, global, trade, system.
#[utoipa::path(
    get, path = "/chat/{channel}", tag = "people",
    params(
        ("channel" = String, Path, pattern = "^(zone|faction|global|trade|system)$",
            description = "zone, faction, global, trade or system"),
        ("character" = Option<i64>, Query, minimum = 1,
            description = "whose zone and faction; without it those of the character that plays, or played last"),
    ),
    responses((status = 200, description = "its lines", body = Talk)),
    security(("bearer" = []))
)]
pub(super) fn history(api: &Api, call: &Call) -> Outcome {
    let word = call.parts.first().map(String::as_str).unwrap_or_default();
    let channel = Channel::of_word(word).ok_or(Code::NotFound)?;
    let [named] = call.parameters(["character"])?;
    let named = characters::named_in(named.as_deref())?;
    let id = characters::chosen(api, call, named)?;
    let own = characters::own(api, call, id.get())?;
    let online = api.shared.online(call.now, &[id.get()]).pop().flatten();
    let zone = online.map_or_else(|| characters::zone_of(&own), |online| online.zone);
    let room = room_of(channel, zone, own.faction.get()).ok_or(Code::NotFound)?;
    let lines = api.shared.history(call.now, &room).into_iter();
    Answer::ok(&Talk { lines: lines.map(shown).collect() })
}

fn shown(line: Line) -> LineShown {
    let Line { at, name, text, .. } = line;
    LineShown { at: UnixMillis::get(at), name, text }
}
