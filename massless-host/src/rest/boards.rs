//! Leaderboards.

use massless_store::repo::boards;
use massless_store::shared::keys::BOARD_ENTRIES;
use massless_store::shared::{Board, BoardEntry};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::call::{Answer, Call, Outcome, number};
use super::problem::Code;

/// Lines that are shown without another wish.
const LIMIT_DEFAULT: u64 = 20;

/// A board.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Leaderboard {
    /// Which: level, coin, quests.
    board: &'static str,
    /// The best, best first.
    entries: Vec<Place>,
}

/// A line of a board.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Place {
    /// From 1; equal scores have ranks of their own, the older character first.
    rank: usize,
    /// The character's name.
    name: String,
    /// Its faction, 1..=3.
    faction: u8,
    /// Its class, 1..=4.
    class: u8,
    /// Level, coin earned, or quests done.
    score: i64,
}

/// The best characters by level, coin earned or quests done.
#[utoipa::path(
    get, path = "/leaderboards/{board}", tag = "world",
    params(
        ("board" = String, Path, description = "level, coin or quests", pattern = "^(level|coin|quests)$"),
        ("limit" = Option<u8>, Query, description = "how many lines", minimum = 1, maximum = 100),
    ),
    responses((status = 200, description = "the board", body = Leaderboard))
)]
pub(super) fn board(api: &Api, call: &Call) -> Outcome {
    let word = call.parts.first().map(String::as_str).unwrap_or_default();
    let board = Board::of_word(word).ok_or(Code::NotFound)?;
    let [limit] = call.parameters(["limit"])?;
    let range = (LIMIT_DEFAULT, 1..=BOARD_ENTRIES as u64);
    let limit = usize::try_from(number("limit", limit.as_deref(), range)?).unwrap_or(usize::MAX);
    let known = api.shared.board(call.now, board, limit);
    let entries = match known {
        Some(entries) => entries,
        None => made_now(api, call, (board, limit))?,
    };
    let places = entries.into_iter().enumerate().map(|(index, entry)| {
        let BoardEntry { name, faction, class, score, .. } = entry;
        Place { rank: index + 1, name, faction, class, score }
    });
    Answer::ok(&Leaderboard { board: board.word(), entries: places.collect() })
}

/// Nobody has made it lately: it is made now, for everybody.
fn made_now(
    api: &Api,
    call: &Call,
    (board, limit): (Board, usize),
) -> Result<Vec<BoardEntry>, super::problem::Problem> {
    let store = api.accounts.store();
    let mut entries = store.repeat(|conn| boards::best(conn, board, crate::boards::EARNING))?;
    api.shared.put_board(call.now, board, &entries);
    entries.truncate(limit);
    Ok(entries)
}
