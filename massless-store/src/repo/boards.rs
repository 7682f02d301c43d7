//! The leaderboards as the tables have them: levels, quests done, coin earned. Reads only.

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::repo::accounts::number;
use crate::schema::{character, character_quest, ledger_account, ledger_entry, ledger_tx};
use crate::shared::keys::BOARD_ENTRIES;
use crate::shared::{Board, BoardEntry};

/// `ledger_account.kind` of a character's coin.
const WALLET: i16 = 1;
/// `character_quest.state` of a quest that is done.
const DONE: i16 = 2;

/// The best of a board. `earning` are the reasons (`ledger_tx.kind`) by which coin is earned: from
/// the world, not from other players.
///
/// # Errors
/// What the database says.
pub fn best(
    conn: &mut Connection,
    board: Board,
    earning: &[i16],
) -> Result<Vec<BoardEntry>, StoreError> {
    let most = i64::try_from(BOARD_ENTRIES).unwrap_or(i64::MAX);
    let scores: Vec<(i64, i64)> = match board {
        Board::Level => {
            let rows: Vec<(i64, i16)> = each!(conn, link => character::table
                .filter(character::deleted_at.is_null().and(character::purged_at.is_null()))
                .order((character::level.desc(), character::id))
                .limit(most)
                .select((character::id, character::level))
                .load(link))?;
            rows.into_iter().map(|(id, level)| (id, i64::from(level))).collect()
        }
        Board::Quests => each!(conn, link => character_quest::table
            .filter(character_quest::state.eq(DONE))
            .group_by(character_quest::character_id)
            .order((count_star().desc(), character_quest::character_id))
            .limit(2 * most)
            .select((character_quest::character_id, count_star()))
            .load(link))?,
        Board::Coin => earned(conn, earning, 2 * most)?,
    };
    let mut best = Vec::new();
    for (id, score) in scores {
        // Deleted characters among the best leave room for those after them.
        if best.len() < BOARD_ENTRIES
            && let Some(entry) = entry(conn, id, score)?
        {
            best.push(entry);
        }
    }
    Ok(best)
}

/// Coin that characters took from the world, most first.
fn earned(
    conn: &mut Connection,
    earning: &[i16],
    most: i64,
) -> Result<Vec<(i64, i64)>, StoreError> {
    type Summed = Vec<(i64, Option<i64>)>;
    let rows: Summed = each!(conn, link => ledger_entry::table
        .inner_join(ledger_account::table)
        .inner_join(ledger_tx::table)
        .filter(
            ledger_account::kind.eq(WALLET)
                .and(ledger_entry::delta.gt(0))
                .and(ledger_tx::kind.eq_any(earning.to_vec())),
        )
        .group_by(ledger_account::owner_id)
        .select((
            ledger_account::owner_id,
            sql::<Nullable<BigInt>>(
                "CAST(SUM(ledger_entry.delta) AS BIGINT)",
            ),
        ))
        .load(link))?;
    let mut best: Vec<(i64, i64)> =
        rows.into_iter().map(|(owner, sum)| (owner, sum.unwrap_or(0))).collect();
    best.sort_by_key(|(owner, sum)| (std::cmp::Reverse(*sum), *owner));
    best.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(best)
}

fn entry(conn: &mut Connection, id: i64, score: i64) -> Result<Option<BoardEntry>, StoreError> {
    let row: Option<(String, i16, i16)> = each!(conn, link => character::table
        .filter(
            character::id.eq(id)
                .and(character::deleted_at.is_null())
                .and(character::purged_at.is_null()),
        )
        .select((character::name, character::faction, character::class))
        .first(link)
        .optional())?;
    let Some((name, faction, class)) = row else { return Ok(None) };
    Ok(Some(BoardEntry {
        character: number(id)?,
        name,
        faction: u8::try_from(faction).unwrap_or(0),
        class: u8::try_from(class).unwrap_or(0),
        score,
    }))
}
