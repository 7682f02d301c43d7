//! The way into the game: where it is, and the ticket that lets a character in once.

use massless_store::repo::tickets::Admitted;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::call::{Answer, Call, Outcome};
use super::characters;
use super::problem::{Code, Problem};
use crate::http::{self, QuicPlan};
use crate::limits::MEMORY_RETRY_SECONDS;
use crate::memory::Pressure;

/// Seconds that a ticket is good.
const TICKET_SECONDS: i64 = massless_store::limits::TICKET_MILLIS / 1_000;

/// With which character one wants to play.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Join {
    /// Its number.
    #[schema(value_type = i64, minimum = 1)]
    character: u64,
}

/// A ticket, and where it is good.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Admission {
    /// What the first frame of the game socket carries: 64 hexadecimal digits, good once.
    ticket: String,
    /// The address of the game's WebSocket.
    game_url: String,
    /// Where to dial by UDP; null while that port is shut.
    quic: Option<QuicPlan>,
    /// Seconds that the ticket is good.
    expires_in: i64,
    /// The zone the character is in.
    zone: u32,
    /// Hash of the content.
    content: String,
    /// Version of the protocol.
    protocol: u16,
    /// The address of the zone's map.
    map: String,
}

/// Where the game is, and what has to be loaded for it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Plan {
    /// The address of the game's WebSocket.
    ws: String,
    /// Where to dial by UDP; null while that port is shut.
    quic: Option<QuicPlan>,
    /// The zone that newcomers enter.
    zone: u32,
    /// Hash of the content.
    content: String,
    /// Version of the protocol.
    protocol: u16,
    /// The address of the zone's map.
    map: String,
}

/// Where the game is, for whoever needs no ticket.
#[utoipa::path(
    get, path = "/session", tag = "game",
    responses((status = 200, description = "address, zone, content and map", body = Plan))
)]
pub(super) fn plan(api: &Api, call: &Call) -> Outcome {
    if api.site.board.is_stopping() {
        return Err(Code::Stopping.into());
    }
    let site = &api.site;
    Answer::ok(&Plan {
        ws: game_url(api, call),
        quic: http::quic_plan(site, call.header("host")),
        zone: site.start_zone,
        content: site.content.clone(),
        protocol: site.protocol,
        map: http::map_address(site, site.start_zone),
    })
}

/// A ticket for a character of the caller's. It is good once, for half a minute, on this host.
#[utoipa::path(
    post, path = "/session", tag = "game", request_body = Join,
    responses((status = 200, description = "the ticket", body = Admission)),
    security(("bearer" = []))
)]
pub(super) fn ticket(api: &Api, call: &Call) -> Outcome {
    if api.site.board.is_stopping() {
        return Err(Code::Stopping.into());
    }
    if api.site.board.pressure() > Pressure::None {
        metrics::counter!("massless_shed_total", "stage" => "memory").increment(1);
        return Err(Problem::from(Code::Busy).after(MEMORY_RETRY_SECONDS));
    }
    let Join { character } = call.read()?;
    let own = characters::own(api, call, character)?;
    if own.deleted_at.is_some() {
        return Err(Code::CharacterDeleted.into());
    }
    let account = call.caller()?.account;
    let ticket = api.accounts.ticket(call.millis(), Admitted { account, character })?;
    let zone = characters::zone_of(&own);
    let runs_here = api.site.board.zones().iter().any(|here| here.id.zone.get() == zone);
    let zone = if runs_here { zone } else { api.site.start_zone };
    Answer::ok(&Admission {
        ticket: ticket.text(),
        game_url: game_url(api, call),
        quic: http::quic_plan(&api.site, call.header("host")),
        expires_in: TICKET_SECONDS,
        zone,
        content: api.site.content.clone(),
        protocol: api.site.protocol,
        map: http::map_address(&api.site, zone),
    })
}

fn game_url(api: &Api, call: &Call) -> String {
    let proto = if call.is_secure { Some("https") } else { call.header("x-forwarded-proto") };
    http::game_url(&api.site, call.header("host"), proto)
}
