//! The definitions that items may have: what the content of some build knew. None is ever removed.

use diesel::prelude::*;
use massless_core::content::Content;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::schema::item_def;

/// Takes note of all definitions of a content; to be done before a host opens. How many there are.
///
/// # Errors
/// What the database says.
pub fn sync(conn: &mut Connection, now: i64, content: &Content) -> Result<usize, StoreError> {
    use item_def::dsl;
    conn.transaction(|conn| {
        for def in content.items() {
            let (id, stack) = (i32::from(def.id.get()), i32::from(def.stack_max));
            each!(conn, link => diesel::insert_into(dsl::item_def)
                .values((
                    dsl::id.eq(id),
                    dsl::name.eq(&def.name),
                    dsl::stack_max.eq(stack),
                    dsl::seen_at.eq(now),
                ))
                .on_conflict(dsl::id)
                .do_update()
                .set((dsl::name.eq(&def.name), dsl::stack_max.eq(stack), dsl::seen_at.eq(now)))
                .execute(link))?;
        }
        Ok(content.items().len())
    })
}
