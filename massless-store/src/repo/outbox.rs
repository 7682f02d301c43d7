//! The outbox: what was committed and others shall hear of, in the order of commits of one row after
//! the other. Readers may be told a line twice and never none.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::schema::outbox;

/// A committed operation as others hear of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub seq: i64,
    /// `economy`, or `mail` when letters were sent.
    pub topic: String,
    /// JSON: `kind`, `actor`, and `letters` with `mail`, `to`, `at`.
    pub payload: String,
    /// When it was committed, Unix milliseconds of the database.
    pub created_at: i64,
}

/// Lines that nobody has published yet, the oldest first; at most `most`.
///
/// # Errors
/// What the database says.
pub fn waiting(conn: &mut Connection, most: i64) -> Result<Vec<Line>, StoreError> {
    use outbox::dsl;
    let rows: Vec<(i64, String, String, i64)> = each!(conn, link => dsl::outbox
        .filter(dsl::published_at.is_null())
        .order(dsl::seq)
        .limit(most)
        .select((dsl::seq, dsl::topic, dsl::payload, dsl::created_at))
        .load(link))?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(seq, topic, payload, created_at)| Line { seq, topic, payload, created_at })
        .collect())
}

/// The newest operation of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The number of its line.
    pub seq: i64,
    /// Its id.
    pub operation: Vec<u8>,
}

/// The newest operation; `None` in a store without any.
///
/// # Errors
/// What the database says.
pub fn head(conn: &mut Connection) -> Result<Option<Head>, StoreError> {
    use outbox::dsl;
    let row: Option<(i64, Vec<u8>)> = each!(conn, link => dsl::outbox
        .order(dsl::seq.desc())
        .select((dsl::seq, dsl::tx_id))
        .first(link)
        .optional())?;
    Ok(row.map(|(seq, operation)| Head { seq, operation }))
}

/// Whether a store holds an operation under that number: one that was restored from before it does not.
///
/// # Errors
/// What the database says.
pub fn knows(conn: &mut Connection, head: &Head) -> Result<bool, StoreError> {
    use outbox::dsl;
    let lines = dsl::outbox.filter(dsl::seq.eq(head.seq).and(dsl::tx_id.eq(&head.operation)));
    Ok(each!(conn, link => diesel::select(diesel::dsl::exists(lines)).get_result(link))?)
}

/// These were published.
///
/// # Errors
/// What the database says.
pub fn note_published(
    conn: &mut Connection,
    now: i64,
    published: &[i64],
) -> Result<(), StoreError> {
    use outbox::dsl;
    let lines = dsl::outbox.filter(dsl::seq.eq_any(published));
    each!(conn, link => diesel::update(lines).set(dsl::published_at.eq(now)).execute(link))?;
    Ok(())
}
